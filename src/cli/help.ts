/** Help texts after the list of flags. */
import { type Command, Help } from 'commander';
import wrapAnsi from 'wrap-ansi';
import { meanfieldCommand } from '../program.ts';
import { tableWidth } from './terminal.ts';

export interface Example {
  /** Description of the example. */
  readonly title?: string;
  /** The arguments after the command, as typed. */
  readonly words: string;
}

interface HelpTexts {
  readonly examples: readonly Example[];
  readonly notes: readonly string[];
}
const helpTexts = new WeakMap<object, HelpTexts>();

/** Examples and notes of a command, as {@link addExamples} has added them. */
export const helpTextsOf = (command: object): HelpTexts =>
  helpTexts.get(command) ?? { examples: [], notes: [] };

/** Adds examples and notes to the help of a command. */
export function addExamples(
  command: Pick<Command, 'addHelpText'>,
  examples: readonly Example[],
  notes: readonly string[] = [],
): void {
  helpTexts.set(command, { examples, notes });
  command.addHelpText('after', () => helpText(examples, notes));
}

/** Without a terminal and without COLUMNS. */
const defaultWidth = 80;
/** Descriptions narrower than this go below their flags. */
const narrowest = 24;
const indent = 6;

function helpWidth(): number {
  const width = tableWidth();
  return Number.isFinite(width) ? width : defaultWidth;
}

/** Wraps the help of a command to the width of the terminal, however narrow it is. */
export function wrapHelp(command: Command): void {
  command.configureOutput({ getOutHelpWidth: helpWidth }).configureHelp({
    minWidthToWrap: 1,
    formatItem(term, termWidth, description, helper) {
      const width = helper.helpWidth ?? defaultWidth;
      if (width - termWidth - 4 >= narrowest)
        return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
      const below = helper.boxWrap(description, Math.max(1, width - indent)).split('\n');
      return [`  ${term}`, ...below.map((line) => ' '.repeat(indent) + line)].join('\n');
    },
  });
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
function helpText(examples: readonly Example[], notes: readonly string[] = []): string {
  const width = helpWidth();
  const shown = examples.map(({ title, words }) =>
    [
      ...(title === undefined ? [] : [wrapAnsi(`# ${title}`, width)]),
      folded(`${meanfieldCommand()} ${words}`, width),
    ].join('\n'),
  );
  return ['', 'Examples:', ...shown, '', ...notes.map((note) => wrapAnsi(note, width))].join('\n').trimEnd();
}
