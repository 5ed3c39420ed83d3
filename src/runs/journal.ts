/** An append-only file of records, one JSON object per line, truncated to a step on resume. */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { FileError } from '../errors.ts';
import { withFileErrors } from './disk.ts';
import { readLinesSync } from './lines.ts';

/** The step of a record, read from its first bytes if this project wrote it; -1 if it has none. */
export function stepOf(bytes: Buffer): number {
  const head = /^\{"step":(\d+)[,}]/.exec(bytes.toString('latin1', 0, 28));
  if (head) return Number(head[1]);
  try {
    const record: unknown = JSON.parse(bytes.toString('utf8'));
    const step = (record as { step?: unknown } | null)?.step;
    return typeof step === 'number' ? step : -1;
  } catch {
    return -1;
  }
}

/** The end of the records up to `step`, and the last step among them (0 if none). */
export function findCut(file: string, step: number): { end: number; last: number } {
  let found = { end: 0, last: 0 };
  for (const line of readLinesSync(file)) {
    const at = line.whole ? stepOf(line.bytes) : -1;
    if (at > step) break;
    if (at >= 0) found = { end: line.end, last: at };
  }
  return found;
}

export class Journal {
  readonly file: string;
  readonly #descriptor: number;
  #bytes: number;
  #open = true;

  /** Opens the file for appending, and creates it if it is missing. */
  constructor(file: string) {
    this.file = file;
    this.#descriptor = withFileErrors('open', file, () => openSync(file, 'a'));
    this.#bytes = fstatSync(this.#descriptor).size;
  }

  /**
   * Appends a record. The operating system has it when this returns, so a killed process loses nothing.
   *
   * @throws FileError if the disk is full; the partial line is removed.
   */
  append(record: { readonly step: number }): void {
    if (!this.#open) throw new FileError(`cannot write ${this.file}: it is closed`);
    // `step` comes first: readers find it without parsing the line.
    const { step, ...rest } = record;
    const line = Buffer.from(`${JSON.stringify({ step, ...rest })}\n`);
    try {
      withFileErrors('write', this.file, () => {
        for (let done = 0; done < line.length;) done += writeSync(this.#descriptor, line, done);
      });
    } catch (error) {
      this.#takeBack();
      throw error;
    }
    this.#bytes += line.length;
  }

  #takeBack(): void {
    try {
      ftruncateSync(this.#descriptor, this.#bytes);
    } catch {
      // The torn line stays; readers and resume skip it.
    }
  }

  /** Drops the records after `step` and a torn last line; returns the last remaining step (0 if none). */
  truncateAfter(step: number): number {
    return withFileErrors('cut back', this.file, () => {
      const { end, last } = findCut(this.file, step);
      ftruncateSync(this.#descriptor, end);
      fsyncSync(this.#descriptor);
      this.#bytes = end;
      return last;
    });
  }

  /** Returns when the records are on disk. */
  sync(): void {
    if (this.#open)
      withFileErrors('write', this.file, () => {
        fsyncSync(this.#descriptor);
      });
  }

  close(): void {
    if (!this.#open) return;
    this.sync();
    this.#open = false;
    closeSync(this.#descriptor);
  }
}
