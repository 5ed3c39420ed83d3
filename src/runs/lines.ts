/** Iterates over the lines of a file as bytes with offsets, in chunks: files of any size in little memory. */
import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

export interface Line {
  /** From 0. */
  readonly index: number;
  /** Offsets of this line and of the next one. */
  readonly start: number;
  readonly end: number;
  /** Without the newline, and of a line longer than `maxLineBytes` only the beginning; valid until the next iteration. */
  readonly bytes: Buffer;
  /** False for a last line without a newline. */
  readonly whole: boolean;
}

/** Longer lines are not records. */
const maxLineBytes = 1 << 24;
const chunkBytes = 1 << 18;
const newline = 10;

/** Splits chunks into lines; the last call passes no chunk. */
function lineCutter(from: number): (chunk: Buffer | undefined) => Line[] {
  const nothing = Buffer.alloc(0);
  let [index, start] = [0, from];
  // The line that the chunks so far leave incomplete: its beginning, and its length.
  let [head, length]: [Buffer, number] = [nothing, 0];
  const withHead = (part: Buffer): Buffer =>
    length > 0 ? Buffer.concat([head, part.subarray(0, maxLineBytes - head.length)]) : part;
  return (chunk) => {
    if (!chunk) return length > 0 ? [{ index, start, end: start + length, bytes: head, whole: false }] : [];
    const lines: Line[] = [];
    let position = 0;
    for (let next; (next = chunk.indexOf(newline, position)) >= 0; position = next + 1) {
      const end = start + length + (next - position) + 1;
      lines.push({
        index: index++,
        start,
        end,
        bytes: withHead(chunk.subarray(position, next)),
        whole: true,
      });
      start = end;
      [head, length] = [nothing, 0];
    }
    const rest = chunk.subarray(position);
    if (rest.length > 0) [head, length] = [Buffer.from(withHead(rest)), length + rest.length];
    return lines;
  };
}

/**
 * Reads a file in chunks; each yields the lines that it completes. An asynchronous iteration for each chunk costs a
 * fraction of one for each line.
 *
 * @param from - byte to start at: the start of a line
 */
export async function* readLineBatches(file: FileHandle, from: number): AsyncGenerator<Line[]> {
  const cut = lineCutter(from);
  const chunk = Buffer.alloc(chunkBytes);
  for (let position = from; ;) {
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    yield cut(chunk.subarray(0, bytesRead));
  }
  yield cut(undefined);
}

/** @param from - byte to start at: the start of a line */
export async function* readLines(file: string, from = 0): AsyncGenerator<Line> {
  const handle = await open(file, 'r');
  try {
    for await (const lines of readLineBatches(handle, from)) yield* lines;
  } finally {
    await handle.close();
  }
}

/** Like the asynchronous version, but blocking. */
export function* readLinesSync(file: string): Generator<Line> {
  const descriptor = openSync(file, 'r');
  try {
    const cut = lineCutter(0);
    const chunk = Buffer.alloc(chunkBytes);
    for (let position = 0; ;) {
      const bytesRead = readSync(descriptor, chunk, 0, chunkBytes, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      yield* cut(chunk.subarray(0, bytesRead));
    }
    yield* cut(undefined);
  } finally {
    closeSync(descriptor);
  }
}

/** Lines are counted in this many bytes; a longer file is extrapolated. */
const maxCountedBytes = 1 << 26;

/**
 * The number of complete lines, without reading their contents.
 *
 * @param size - of the file
 * @returns 0 if the file cannot be read
 */
export function countLines(file: string, size: number): number {
  if (size === 0) return 0;
  const end = Math.min(size, maxCountedBytes);
  let lines = 0;
  try {
    const descriptor = openSync(file, 'r');
    try {
      const chunk = Buffer.allocUnsafe(Math.min(end, 1 << 20));
      for (let at = 0; at < end;) {
        const read = readSync(descriptor, chunk, 0, chunk.length, at);
        if (read === 0) break;
        at += read;
        const part = chunk.subarray(0, read);
        for (let i = part.indexOf(newline); i >= 0; i = part.indexOf(newline, i + 1)) lines++;
      }
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return 0;
  }
  return size > end ? Math.round((lines * size) / end) : lines;
}
