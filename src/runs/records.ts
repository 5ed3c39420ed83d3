/** Reads all or a sample of the records of a journal. */
import type { z } from 'zod';
import { closeSync, openSync, readSync } from 'node:fs';
import { evenIndices } from './evenly.ts';
import { stepOf } from './journal.ts';
import { readLines } from './lines.ts';

export interface ReadRecordsOptions {
  /** Maximum number of records (2 or more), evenly spaced, including the first and the last. Default: all. */
  readonly maxPoints?: number;
  /** Steps whose records are always read, in addition to `maxPoints`. */
  readonly keep?: ReadonlySet<number>;
  /** Byte to start at: the `next` of an earlier call, to follow a growing file. */
  readonly from?: number;
}

export interface Records<T> {
  readonly records: T[];
  /** Number of complete lines. */
  readonly lines: number;
  /** Offset of the first incomplete line. */
  readonly next: number;
  readonly problems: string[];
}

async function wholeLines(file: string, from: number): Promise<number> {
  let count = 0;
  for await (const line of readLines(file, from)) if (line.whole) count++;
  return count;
}

/** Parses a line; undefined if it is not a record. */
export function parseRecord<T>(schema: z.ZodType<T>, bytes: Buffer): T | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(bytes.toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a journal as a stream; unreadable lines are skipped and counted. Throws if the file is missing. */
export async function readRecords<T>(
  file: string,
  schema: z.ZodType<T>,
  { maxPoints = Infinity, keep, from = 0 }: ReadRecordsOptions = {},
): Promise<Records<T>> {
  const total = maxPoints === Infinity ? 0 : await wholeLines(file, from);
  const sample = total > maxPoints ? new Set(evenIndices(total, maxPoints)) : undefined;
  const records: T[] = [];
  const problems: string[] = [];
  let [lines, next, unreadable, firstUnreadable] = [0, from, 0, 0];
  for await (const line of readLines(file, from)) {
    if (!line.whole) {
      problems.push('the last line is truncated and was skipped');
      break;
    }
    lines++;
    next = line.end;
    if (sample && !sample.has(line.index) && !keep?.has(stepOf(line.bytes))) continue;
    const record = parseRecord(schema, line.bytes);
    if (record !== undefined) records.push(record);
    else if (unreadable++ === 0) firstUnreadable = line.index + 1;
  }
  if (unreadable === 1) problems.push(`line ${firstUnreadable} cannot be read and was skipped`);
  if (unreadable > 1)
    problems.push(
      `${unreadable} lines cannot be read and were skipped, the first is line ${firstUnreadable}`,
    );
  return { records, lines, next, problems };
}

/** A record is far shorter, even for a net with a thousand blocks. */
const tailBytes = 1 << 16;
/** Maximum number of damaged lines at the end that are skipped. */
const maxDamagedLines = 5;

/**
 * The last complete record, without reading the whole file.
 *
 * @param size - of the file
 * @returns undefined if there is none, or the file cannot be read
 */
export function lastRecord<T>(file: string, size: number, schema: z.ZodType<T>): T | undefined {
  const tail = readTail(file, size);
  // The text after the last newline is an incomplete line.
  let end = tail.lastIndexOf('\n');
  for (let i = 0; i <= maxDamagedLines && end > 0; i++) {
    const start = tail.lastIndexOf('\n', end - 1) + 1;
    const record = parseRecord(schema, tail.subarray(start, end));
    if (record !== undefined) return record;
    end = start - 1;
  }
  return undefined;
}

function readTail(file: string, size: number): Buffer {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const bytes = Buffer.allocUnsafe(Math.min(size, tailBytes));
      return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, size - bytes.length));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return Buffer.alloc(0);
  }
}
