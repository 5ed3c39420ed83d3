/** Command lines that a POSIX shell parses back to the same words. */

/** A word, quoted if necessary; control characters are written with printf, so that a command stays on one line. */
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

/** A path as an argument that is not parsed as a flag, even if it begins with a dash. */
export const pathArgument = (path: string): string => (path.startsWith('-') ? `./${path}` : path);

/** The command in a project that depends on the package, for lines that are read on another machine or in a page. */
export const defaultProgram = 'npx meanfield';
