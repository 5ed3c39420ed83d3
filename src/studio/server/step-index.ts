/**
 * Index of `metrics.jsonl`: byte offset, loss and error of each step. The file is streamed once, then only appended
 * bytes are read, so that any range of a long run can be downsampled without reading the file again.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { type Line, parseRecord, readLineBatches, stepSchema } from '../../runs/index.ts';
import { Column } from './column.ts';

const closingBrace = 125;
/** Number of leading bytes of a line that contain step, epoch, loss and error. */
const headBytes = 160;
/** The layout in which this project writes records; any other order of keys takes the slow path. */
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

/** The measurements in a line; undefined if it is not a record. */
function measuredIn(bytes: Buffer): Measured | undefined {
  const match = head.exec(bytes.toString('latin1', 0, headBytes));
  if (match && bytes.at(-1) === closingBrace)
    return { step: Number(match[1]), loss: numberOf(match[2]), error: numberOf(match[3]) };
  return parseRecord(stepSchema, bytes);
}

export class StepIndex {
  readonly file: string;
  readonly steps = new Column();
  readonly losses = new Column();
  readonly errors = new Column();
  /** Start and end offset of each line, without its newline. */
  readonly starts = new Column();
  readonly ends = new Column();
  /** Number of lines that are not records, or whose step does not increase. */
  unreadable = 0;
  /** Incremented when the file turns out to be replaced or truncated; steps read before are then invalid. */
  generation = 0;
  #next = 0;
  #inode = 0;
  #lastLine: Buffer = Buffer.alloc(0);
  #lastStart = 0;
  #updating: Promise<void> | undefined;

  constructor(file: string) {
    this.file = file;
  }

  get lastStep(): number {
    return this.steps.length ? this.steps.at(this.steps.length - 1) : 0;
  }

  /** Reads appended lines. @throws the system's error if the file cannot be read */
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
      for await (const lines of readLineBatches(handle, this.#next)) this.#append(lines);
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

  /** Whether the last line read is still in place: a file may be truncated and grow again. */
  async #goesOn(handle: FileHandle): Promise<boolean> {
    const before = this.#lastLine;
    const now = Buffer.alloc(before.length);
    await handle.read(now, 0, now.length, this.#lastStart);
    return now.equals(before);
  }

  #append(lines: readonly Line[]): void {
    const whole = lines.filter((line) => line.whole);
    for (const line of whole) this.#add(line);
    const last = whole.at(-1);
    if (!last) return;
    this.#next = last.end;
    this.#lastStart = last.start;
    this.#lastLine = Buffer.from(last.bytes);
  }

  #add({ bytes, start, end }: Line): void {
    if (bytes.length === 0) return;
    const found = measuredIn(bytes);
    if (!found || found.step <= this.lastStep) {
      this.unreadable++;
      return;
    }
    this.steps.push(found.step);
    this.losses.push(found.loss);
    this.errors.push(found.error);
    this.starts.push(start);
    this.ends.push(end - 1);
  }
}
