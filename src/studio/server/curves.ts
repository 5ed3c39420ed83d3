/** Downsamples the steps of a run to columns of few points. */
import { closeSync, openSync, readSync } from 'node:fs';
import { type StageRecord, parseRecord, type StepRecord, stepSchema } from '../../runs/index.ts';
import type { StageCurves, StepCurves } from '../protocol/index.ts';
import type { Column } from './column.ts';
import type { StepIndex } from './step-index.ts';

interface CurveOptions {
  /** Largest number of points. */
  readonly points: number;
  /** First and last step; default: all. */
  readonly from?: number;
  readonly to?: number;
}

/** Number of earlier lines tried in a bucket when a line cannot be read. */
const attempts = 8;

interface Bucket {
  readonly record: StepRecord;
  readonly mean: number;
  readonly least: number;
  readonly largest: number;
  readonly error: number;
}

/** Mean, minimum and maximum of the finite losses; NaN if there are none. */
function lossOf(index: StepIndex, first: number, end: number): Omit<Bucket, 'record' | 'error'> {
  let [sum, count, least, largest] = [0, 0, Infinity, -Infinity];
  for (let i = first; i < end; i++) {
    const loss = index.losses.at(i);
    if (!Number.isFinite(loss)) continue;
    sum += loss;
    count++;
    if (loss < least) least = loss;
    if (loss > largest) largest = loss;
  }
  return count
    ? { mean: sum / count, least, largest }
    : { mean: Number.NaN, least: Number.NaN, largest: Number.NaN };
}

/** Mean of the finite values; NaN if there are none. */
function meanOf(column: Column, first: number, end: number): number {
  let [sum, count] = [0, 0];
  for (let i = first; i < end; i++) {
    const value = column.at(i);
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/**
 * Returns columns for the steps from..to. Each point summarises a bucket of neighbouring steps; all buckets have
 * about the same number of steps. With no more steps than points, every step is a point.
 *
 * @param index - up to date
 * @throws the system's error if the file cannot be read
 */
export function curves(index: StepIndex, { points, from = 0, to = Infinity }: CurveOptions): StepCurves {
  const first = index.steps.firstAtLeast(from);
  const count = Math.max(0, index.steps.firstAtLeast(to === Infinity ? to : to + 1) - first);
  const buckets: Bucket[] = [];
  const total = Math.min(points, count);
  if (total > 0) {
    const descriptor = openSync(index.file, 'r');
    try {
      for (let b = 0; b < total; b++) {
        const start = first + Math.floor((b * count) / total);
        const end = first + Math.floor(((b + 1) * count) / total);
        const record = recordOfBucket(descriptor, index, start, end);
        if (record)
          buckets.push({ record, ...lossOf(index, start, end), error: meanOf(index.errors, start, end) });
      }
    } finally {
      closeSync(descriptor);
    }
  }
  return { ...columns(buckets), total: index.steps.length, lastStep: index.lastStep };
}

/** The record of a bucket's last step, or of an earlier step if that line is damaged. */
function recordOfBucket(
  descriptor: number,
  index: StepIndex,
  start: number,
  end: number,
): StepRecord | undefined {
  for (let i = end - 1; i >= Math.max(start, end - attempts); i--) {
    const at = index.starts.at(i);
    const bytes = Buffer.allocUnsafe(index.ends.at(i) - at);
    if (readSync(descriptor, bytes, 0, bytes.length, at) < bytes.length) continue;
    const record = parseRecord(stepSchema, bytes);
    // If the step differs, the file has changed since it was indexed.
    if (record?.step === index.steps.at(i)) return record;
  }
  return undefined;
}

const orNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

function columns(buckets: readonly Bucket[]): Omit<StepCurves, 'total' | 'lastStep'> {
  const records = buckets.map(({ record }) => record);
  const names = new Set(records.flatMap(({ stages }) => Object.keys(stages ?? {})));
  return {
    step: records.map(({ step }) => step),
    epoch: records.map(({ epoch }) => epoch),
    loss: buckets.map(({ mean }) => orNull(mean)),
    lossMin: buckets.map(({ least }) => orNull(least)),
    lossMax: buckets.map(({ largest }) => orNull(largest)),
    error: buckets.map(({ error }) => orNull(error)),
    lr: records.map(({ lr }) => lr),
    tauLr: records.map(({ tauLr }) => orNull(tauLr)),
    imagesPerSecond: records.map(({ imagesPerSecond }) => orNull(imagesPerSecond)),
    seconds: records.map(({ seconds }) => seconds),
    stages: Object.fromEntries([...names].map((name) => [name, stageCurves(records, name)])),
  };
}

function stageCurves(records: readonly StepRecord[], name: string): StageCurves {
  const column = (key: keyof StageRecord): (readonly number[])[] | null => {
    const values = records.map(({ stages }) => stages?.[name]?.[key]);
    return values.some((value) => value !== undefined) ? values.map((value) => value ?? []) : null;
  };
  return { tau: column('tau'), tauEnd: column('tauEnd'), step: column('step') };
}
