/** Iterates over the lines of a file as bytes with offsets, in chunks: files of any size in little memory. */
import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';

export interface Line {
  /** From 0. */
  readonly index: number;
  /** Offsets of this line and of the next one. */
  readonly start: number;
  readonly end: number;
  /** Without the newline; valid until the next iteration. */
  readonly bytes: Buffer;
  /** False for a last line without a newline. */
  readonly whole: boolean;
}

const chunkBytes = 1 << 18;
const newline = 10;

/** Splits chunks into lines; the last call passes no chunk. */
function lineCutter(from: number): (chunk: Buffer | undefined) => Generator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  let start = from;
  let index = 0;
  return function* (chunk) {
    if (!chunk) {
      if (rest.length) yield { index, start, end: start + rest.length, bytes: rest, whole: false };
      return;
    }
    const data = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    let position = 0;
    for (let next; (next = data.indexOf(newline, position)) >= 0; position = next + 1) {
      const end = start + next - position + 1;
      yield { index: index++, start, end, bytes: data.subarray(position, next), whole: true };
      start = end;
    }
    rest = Buffer.from(data.subarray(position));
  };
}

/** @param from - byte to start at: the start of a line */
export async function* readLines(file: string, from = 0): AsyncGenerator<Line> {
  const handle = await open(file, 'r');
  try {
    const cut = lineCutter(from);
    const chunk = Buffer.alloc(chunkBytes);
    for (let position = from; ;) {
      const { bytesRead } = await handle.read(chunk, 0, chunkBytes, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      yield* cut(chunk.subarray(0, bytesRead));
    }
    yield* cut(undefined);
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
