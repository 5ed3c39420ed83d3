/** Terminal width, text that fits it, and a live progress line. */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** The part of process.stderr and process.stdout used here. */
export type Terminal = Pick<NodeJS.WriteStream, 'write'> &
  Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>;

/** Columns of a terminal that does not report its size. */
const defaultColumns = 80;

/** Read at every update: a terminal may be resized. */
export const columnsOf = ({ columns }: Terminal): number =>
  columns !== undefined && columns > 0 ? columns : defaultColumns;

/** The width to which tables are wrapped: that of the terminal; elsewhere that of COLUMNS, or no limit. */
export function tableWidth(stream: Terminal = process.stdout): number {
  if (stream.isTTY) return columnsOf(stream);
  const columns = Number(process.env.COLUMNS);
  return Number.isSafeInteger(columns) && columns > 0 ? columns : Infinity;
}

/** Escapes control characters, so that names of files and classes cannot move the cursor or break a line. */
export const visible = (text: string): string =>
  text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    return code < 256
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });

/** The longest prefix of the text within `width` columns, including colours. */
export function cutToWidth(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  if (width < 2) return '';
  const [first = ''] = wrapAnsi(text, width - 1, { hard: true, wordWrap: false, trim: false }).split('\n');
  return `${first}…`;
}

/** A part of a line; parts of the highest rank are dropped first if the line does not fit. */
export interface Part {
  readonly text: string;
  /** Default 0: never dropped, but truncated. */
  readonly rank?: number;
  /** Replaces the text before the part is dropped. */
  readonly short?: string;
}

/** The parts that fit `width` columns together, separated by two spaces. */
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

/** Whether a line of the stream can be erased. */
const isLive = (stream: Terminal): boolean => Boolean(stream.isTTY) && process.env.TERM !== 'dumb';

/** The maximum width of a line: without the last column, which wraps the cursor on some terminals. */
export const lineWidth = (stream: Terminal): number =>
  stream.isTTY ? Math.max(1, columnsOf(stream) - 1) : Infinity;

let clearOpenLine: (() => void) | undefined;

/** Erases the live line before other text is written. */
export function clearLiveLine(): void {
  clearOpenLine?.();
}

interface ProgressLine {
  /** Shows a line, unless the last one is too recent. */
  show(text: (width: number) => string): void;
  /** Other text has reported progress: the next plain line can wait. */
  postpone(): void;
}

/**
 * Progress in one line: on a terminal it is replaced at every update and truncated to the terminal's width; elsewhere
 * it is an occasional plain line.
 *
 * @param stream - default process.stderr
 * @param options - liveInterval: ms between updates on a terminal; default 100. plainInterval: ms between plain lines;
 * default 30,000.
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
    postpone() {
      lastPlain = performance.now();
    },
  };
}
