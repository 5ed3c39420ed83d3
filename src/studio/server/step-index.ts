/**
 * Where each step of `metrics.jsonl` stands in the file, its loss and its error: read once as a stream, then only what was
 * appended. With it any stretch of a long run is cut down to few points without reading the file again.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { parseRecord, stepSchema } from '../../runs/index.ts';
import { Column } from './column.ts';

const newline = 10;
const closingBrace = 125;
const chunkBytes = 1 << 20;
/** A longer line is no record. */
const longestLine = 1 << 24;
/** Bytes of the start of a line that hold step, epoch, loss and error. */
const headBytes = 160;
/** How this project writes a record; any other order of members goes the slow way. */
const measure = String.raw`(null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)`;
const head = new RegExp(
  String.raw`^\{"step":([1-9]\d{0,15}),"epoch":(?:0|[1-9]\d*),"loss":${measure},"error":${measure},`,
);
const numberOf = (text: string | undefined): number => (text === 'null' ? Number.NaN : Number(text));

interface Measured {
  readonly step: number;
  readonly loss: number;
  readonly error: number;
}

/** What is measured at the step of a line; undefined if it is no record. */
function measuredIn(bytes: Buffer, start: number, end: number): Measured | undefined {
  const match = head.exec(bytes.toString('latin1', start, Math.min(end, start + headBytes)));
  if (match && bytes[end - 1] === closingBrace)
    return { step: Number(match[1]), loss: numberOf(match[2]), error: numberOf(match[3]) };
  return parseRecord(stepSchema, bytes.subarray(start, end));
}

export class StepIndex {
  readonly file: string;
  readonly steps = new Column();
  readonly losses = new Column();
  readonly errors = new Column();
  /** Where each line starts and ends, without its newline. */
  readonly starts = new Column();
  readonly ends = new Column();
  /** Lines that are no records, or whose step does not rise. */
  unreadable = 0;
  /** Counts how often the file was found to be another one, or cut back: steps that were read before are void. */
  generation = 0;
  #next = 0;
  #inode = 0;
  #lastLine: Buffer = Buffer.alloc(0);
  #updating: Promise<void> | undefined;

  constructor(file: string) {
    this.file = file;
  }

  get lastStep(): number {
    return this.steps.length ? this.steps.at(this.steps.length - 1) : 0;
  }

  /** Reads what is new. @throws the system's error if the file cannot be read */
  async update(): Promise<void> {
    this.#updating ??= this.#update().finally(() => {
      this.#updating = undefined;
    });
    await this.#updating;
  }

  async #update(): Promise<void> {
    const handle = await open(this.file, 'r');
    try {
      const { size, ino } = await handle.stat();
      if (this.#next > 0 && (size < this.#next || ino !== this.#inode || !(await this.#goesOn(handle))))
        this.#reset();
      this.#inode = ino;
      if (size > this.#next) await this.#append(handle);
    } finally {
      await handle.close();
    }
  }

  #reset(): void {
    for (const column of [this.steps, this.losses, this.errors, this.starts, this.ends]) column.clear();
    this.unreadable = 0;
    this.generation++;
    this.#next = 0;
    this.#lastLine = Buffer.alloc(0);
  }

  /** Whether the line that was read last is still where it was: a file may be cut back and grow again. */
  async #goesOn(handle: FileHandle): Promise<boolean> {
    const before = this.#lastLine;
    const now = Buffer.alloc(before.length);
    await handle.read(now, 0, now.length, this.#next - before.length);
    return now.equals(before);
  }

  async #append(handle: FileHandle): Promise<void> {
    let chunk = Buffer.allocUnsafe(chunkBytes);
    let skipping = false;
    for (let position = this.#next; ;) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
      const bytes = chunk.subarray(0, bytesRead);
      let start = 0;
      for (let end; (end = bytes.indexOf(newline, start)) >= 0; start = end + 1) {
        if (skipping) this.unreadable++;
        else this.#line(bytes, start, end, position);
        skipping = false;
        this.#next = position + end + 1;
      }
      if (start > 0) this.#lastLine = Buffer.from(bytes.subarray(lineStart(bytes, start), start));
      if (bytesRead < chunk.length) return;
      position += skipping ? bytesRead : start;
      if (start > 0 || skipping) continue;
      // No line ends in the whole chunk.
      if (chunk.length < longestLine) chunk = Buffer.allocUnsafe(4 * chunk.length);
      else skipping = true;
    }
  }

  #line(bytes: Buffer, start: number, end: number, position: number): void {
    if (end === start) return;
    const found = measuredIn(bytes, start, end);
    if (!found || found.step <= this.lastStep) {
      this.unreadable++;
      return;
    }
    this.steps.push(found.step);
    this.losses.push(found.loss);
    this.errors.push(found.error);
    this.starts.push(position + start);
    this.ends.push(position + end);
  }
}

/** Where the line that ends before `next` starts. */
function lineStart(bytes: Buffer, next: number): number {
  return next < 2 ? 0 : bytes.lastIndexOf(newline, next - 2) + 1;
}
