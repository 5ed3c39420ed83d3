/** Projects the blocks of a run's checkpoints to points in a plane. */
import { readSafetensors, type SafetensorsFile } from '../../io/index.ts';
import { evenly } from '../../runs/index.ts';
import type { WeightCloud, WeightClouds } from '../protocol/index.ts';
import { stageBlocks, type StageBlocks } from './block-weights.ts';
import { type CheckpointFile, selectCheckpoints } from './checkpoint-files.ts';
import { principalPlane } from './principal-plane.ts';

const maxCheckpoints = 24;
/** Limit per stage over all checkpoints: cost grows with its square, and a picture cannot show more. */
const maxPoints = 600;

interface Point {
  readonly weights: Float32Array;
  readonly shown: Omit<WeightCloud['points'][number], 'x' | 'y'>;
}

/**
 * Uses evenly spaced checkpoints, and evenly spaced blocks, when there are too many.
 *
 * @param checkpoints - in the order in which they were saved
 * @param yieldIfDue - called often; an error it throws aborts the computation
 */
export async function cloudPoints(
  checkpoints: readonly CheckpointFile[],
  yieldIfDue: () => Promise<void>,
): Promise<WeightClouds> {
  const stages = new Map<string, Point[]>();
  const seen = new Set<number>();
  let wanted = new Set(selectCheckpoints(checkpoints, maxCheckpoints));
  for (const checkpoint of checkpoints) {
    await yieldIfDue();
    const content = wanted.has(checkpoint) ? tryRead(checkpoint.file) : undefined;
    if (!content) continue;
    const step = Number(content.metadata.step ?? 0);
    // `last` and `best` may hold the same step.
    if (seen.has(step)) continue;
    const blocks = stageBlocks(content);
    // The first checkpoint, which every selection includes, gives the number of blocks per stage.
    if (seen.size === 0) wanted = new Set(selectCheckpoints(checkpoints, checkpointsFor(blocks)));
    seen.add(step);
    for (const [stage, found] of blocks) {
      const points = stages.get(stage) ?? [];
      for (const point of pointsOf(found, checkpoint.name, step))
        if (point.weights.length === (points[0] ?? point).weights.length) points.push(point);
      stages.set(stage, points);
    }
  }
  const clouds: Record<string, WeightCloud> = {};
  for (const [stage, points] of [...stages].sort(([a], [b]) => (a < b ? -1 : 1)))
    clouds[stage] = await cloudOf(points, yieldIfDue);
  return { stages: clouds };
}

/** Number of checkpoints that fit into `maxPoints` for the largest stage, at least 2. */
function checkpointsFor(stages: ReadonlyMap<string, StageBlocks>): number {
  const largest = Math.max(1, ...[...stages.values()].map(({ blocks }) => blocks.length));
  return Math.max(2, Math.min(maxCheckpoints, Math.floor(maxPoints / largest)));
}

function pointsOf({ blocks, tau, order }: StageBlocks, checkpoint: string, step: number): Point[] {
  const places = new Map(order.map((particle, place) => [particle, place]));
  const particles = evenly(
    blocks.map((_, particle) => particle),
    maxPoints / 2,
  );
  return particles.flatMap((particle) => {
    const weights = blocks[particle]!;
    // Diverged weights cannot be projected.
    if (!weights.every(Number.isFinite)) return [];
    const shown = { checkpoint, step, particle, tau: tau?.[particle] ?? null, place: places.get(particle)! };
    return [{ weights, shown }];
  });
}

async function cloudOf(points: Point[], yieldIfDue: () => Promise<void>): Promise<WeightCloud> {
  points.sort((a, b) => a.shown.step - b.shown.step);
  const { coordinates, explained } = await principalPlane(
    points.map(({ weights }) => weights),
    yieldIfDue,
  );
  return {
    explained,
    points: points.map(({ shown }, i) => ({ ...shown, x: coordinates[i]![0], y: coordinates[i]![1] })),
  };
}

/** Returns undefined for a file that is damaged or was just replaced. */
function tryRead(file: string): SafetensorsFile | undefined {
  try {
    return readSafetensors(file);
  } catch {
    return undefined;
  }
}
