/** How `meanfield` is called for the reader of this page. */
import { commandLine, usualProgram } from '../../command-line.ts';

/** Where the server runs, as it told the page; in an exported folder, which is read elsewhere, as usual. */
export function program(): string {
  const told = document.querySelector<HTMLMetaElement>('meta[name="studio-program"]')?.content;
  return told === undefined || told === '' ? usualProgram : told;
}

export const programLine = (...words: readonly string[]): string => `${program()} ${commandLine(words)}`;
