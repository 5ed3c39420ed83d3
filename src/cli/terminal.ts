/** How wide a terminal is, text that fits it, and a line of progress that is replaced at every update. */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** What is needed of process.stderr and process.stdout. */
export type Terminal = Pick<NodeJS.WriteStream, 'write'> &
  Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>;

/** Columns of a terminal that does not tell its size. */
const usualColumns = 80;

/** Read at every update: a terminal may be resized. */
export const columnsOf = ({ columns }: Terminal): number =>
  columns !== undefined && columns > 0 ? columns : usualColumns;

/** The width that tables are folded to: that of the terminal; elsewhere that of COLUMNS, or any. */
export function tableWidth(stream: Terminal = process.stdout): number {
  if (stream.isTTY) return columnsOf(stream);
  const columns = Number(process.env.COLUMNS);
  return Number.isSafeInteger(columns) && columns > 0 ? columns : Infinity;
}

/** Control characters as escapes: names of files and classes move no cursor and break no line. */
export const visible = (text: string): string =>
  text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    return code < 256
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });

/** The start of the text that takes at most `width` columns, colours included. */
export function cutToWidth(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  if (width < 2) return '';
  const [first = ''] = wrapAnsi(text, width - 1, { hard: true, wordWrap: false, trim: false }).split('\n');
  return `${first}…`;
}

/** A piece of a line; those of the highest rank are left out first where the line does not fit. */
export interface Part {
  readonly text: string;
  /** Default 0: never left out, but cut. */
  readonly rank?: number;
  /** Stands in its place before it is left out. */
  readonly short?: string;
}

/** The parts that fit `width` columns together, with two spaces between them. */
export function fitParts(parts: readonly Part[], width: number): string {
  let kept = parts.filter(({ text }) => text !== '');
  const line = (): string => kept.map(({ text }) => text).join('  ');
  while (stringWidth(line()) > width) {
    const rank = Math.max(...kept.map((part) => part.rank ?? 0));
    if (rank <= 0) break;
    kept = kept.flatMap((part) => {
      if (part.rank !== rank) return [part];
      return part.short === undefined ? [] : [{ text: part.short, rank }];
    });
  }
  return cutToWidth(line(), width);
}

/** Whether a line of the stream can be taken back. */
export const isLive = (stream: Terminal): boolean => Boolean(stream.isTTY) && process.env.TERM !== 'dumb';

/** The width that a line of the stream may have: without the last column, which moves the cursor on some terminals. */
export const lineWidth = (stream: Terminal): number =>
  stream.isTTY ? Math.max(1, columnsOf(stream) - 1) : Infinity;

let clearOpenLine: (() => void) | undefined;

/** Takes the live line back, before other text is written. */
export function clearLiveLine(): void {
  clearOpenLine?.();
}

export interface ProgressLine {
  /** Shows a line, unless the last one is too recent. */
  show(text: (width: number) => string): void;
  /** Other text has told how it goes: the next plain line can wait. */
  told(): void;
}

/**
 * Progress in one line: on a terminal it is replaced at every update and cut to the terminal's width; elsewhere it is a
 * plain line now and then.
 *
 * @param stream - default process.stderr
 * @param options - liveInterval: ms between updates on a terminal; default 100. plainInterval: ms between plain lines; default 30,000.
 */
export function progressLine(
  stream: Terminal = process.stderr,
  { liveInterval = 100, plainInterval = 30_000 } = {},
): ProgressLine {
  let [lastLive, lastPlain] = [-Infinity, performance.now()];
  const clear = (): void => {
    stream.write('\r\u001B[K');
    clearOpenLine = undefined;
  };
  return {
    show(text) {
      const now = performance.now();
      if (isLive(stream)) {
        if (now - lastLive < liveInterval) return;
        const width = lineWidth(stream);
        stream.write(`\r\u001B[K${cutToWidth(text(width), width)}`);
        clearOpenLine = clear;
        lastLive = now;
      } else if (now - lastPlain >= plainInterval) {
        stream.write(`${text(Infinity)}\n`);
        lastPlain = now;
      }
    },
    told() {
      lastPlain = performance.now();
    },
  };
}
