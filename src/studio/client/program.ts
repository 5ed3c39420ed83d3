/** How the reader of this page calls `meanfield`. */
import { commandLine, defaultProgram } from '../../command-line.ts';

/** As the server reports it; the default in an exported folder, which is read elsewhere. */
export function program(): string {
  const reported = document.querySelector<HTMLMetaElement>('meta[name="studio-program"]')?.content;
  return reported === undefined || reported === '' ? defaultProgram : reported;
}

export const programLine = (...words: readonly string[]): string => `${program()} ${commandLine(words)}`;
