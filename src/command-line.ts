/** Command lines as a POSIX shell reads them back. */

/** A word in quotes where it needs them; control characters are written with printf, so that a line stays one line. */
export function shellQuote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  if (!/\p{Cc}/u.test(word)) return quoted(word);
  const format = word
    .replace(/[\\%]/g, (character) => character + character)
    .replace(/[\0-\x1F\x7F]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `"$(printf ${quoted(format)})"`;
}

export const commandLine = (words: readonly string[]): string => words.map(shellQuote).join(' ');

/** A path as an argument: one that begins with a dash is not taken for a flag. */
export const pathArgument = (path: string): string => (path.startsWith('-') ? `./${path}` : path);

/** How the command is called in a project that has the package: for lines that are read on another machine, or in a page. */
export const usualProgram = 'npx meanfield';
