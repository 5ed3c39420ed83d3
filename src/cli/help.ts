/** Help texts after the list of flags. */
import wrapAnsi from 'wrap-ansi';
import { meanfieldCommand } from '../program.ts';
import { columnsOf } from './terminal.ts';

export interface Example {
  /** Description of the example. */
  readonly title?: string;
  /** The arguments after the command, as typed. */
  readonly words: string;
}

/** A command split over several lines, for a shell. */
function folded(line: string, width: number): string {
  const lines: string[] = [];
  let now = '';
  for (const word of line.split(' ')) {
    if (now !== '' && now.length + word.length + 3 > width) {
      lines.push(`${now} \\`);
      now = `  ${word}`;
    } else now = now === '' ? word : `${now} ${word}`;
  }
  return [...lines, now].join('\n');
}

/** Examples to paste, and notes, wrapped to the width of the help. */
export function helpText(examples: readonly Example[], notes: readonly string[] = []): string {
  const width = process.stdout.isTTY ? columnsOf(process.stdout) : 80;
  const shown = examples.map(({ title, words }) =>
    [
      ...(title === undefined ? [] : [wrapAnsi(`# ${title}`, width)]),
      folded(`${meanfieldCommand()} ${words}`, width),
    ].join('\n'),
  );
  return ['', 'Examples:', ...shown, '', ...notes.map((note) => wrapAnsi(note, width))].join('\n').trimEnd();
}
