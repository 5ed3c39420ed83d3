/** How far training moved a run's depth coordinates. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { mean } from '../stats/index.ts';
import { runFiles } from './layout.ts';
import { readLinesSync } from './lines.ts';
import { lastRecord, parseRecord } from './records.ts';
import { stepSchema } from './schemas.ts';
import type { StageRecord } from './types.ts';

export interface DepthMovement {
  /** `tau` for positions in depth, `step size` for the scheme `learned-step`. */
  readonly coordinate: 'tau' | 'step size';
  /** Over all blocks: mean and maximum distance between the values after the first step and after the last. */
  readonly mean: number;
  readonly max: number;
}

const coordinatesOf = ({ tau = [], tauEnd = [], step = [] }: StageRecord): readonly number[] => [
  ...tau,
  ...tauEnd,
  ...step,
];

/** @returns undefined for a run without trained depth coordinates, or with fewer than two steps */
export function depthMovement(dir: string): DepthMovement | undefined {
  const file = join(dir, runFiles.metrics);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const last = lastRecord(file, size, stepSchema);
  if (!last?.stages) return undefined;
  const [firstLine] = readLinesSync(file);
  const first = firstLine && parseRecord(stepSchema, firstLine.bytes);
  if (!first?.stages || first.step === last.step) return undefined;
  const stages = Object.entries(last.stages);
  const distances = stages.flatMap(([name, stage]) => {
    const before = coordinatesOf(first.stages?.[name] ?? {});
    return coordinatesOf(stage).map((value, i) => Math.abs(value - (before[i] ?? Number.NaN)));
  });
  if (distances.length === 0) return undefined;
  const coordinate = stages.some(([, { step }]) => step) ? 'step size' : 'tau';
  return { coordinate, mean: mean(distances), max: Math.max(...distances) };
}
