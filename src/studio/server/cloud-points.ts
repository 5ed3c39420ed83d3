/** The blocks of a run's checkpoints as points in a plane. */
import { readSafetensors, type SafetensorsFile } from '../../io/index.ts';
import { evenly } from '../../runs/index.ts';
import type { WeightCloud, WeightClouds } from '../protocol/index.ts';
import { stageBlocks, type StageBlocks } from './block-weights.ts';
import { type CheckpointFile, chosenCheckpoints } from './checkpoint-files.ts';
import { principalPlane } from './principal-plane.ts';

const mostCheckpoints = 24;
/** Of a stage, over its checkpoints: the work grows with the square. More are not told apart in a picture. */
const mostPoints = 600;

interface Point {
  readonly weights: Float32Array;
  readonly shown: Omit<WeightCloud['points'][number], 'x' | 'y'>;
}

/**
 * Of many checkpoints an even choice, of very many blocks too.
 *
 * @param checkpoints - in the order in which they were saved
 * @param breathe - called often; what it throws ends the computation
 */
export async function cloudPoints(
  checkpoints: readonly CheckpointFile[],
  breathe: () => Promise<void>,
): Promise<WeightClouds> {
  const stages = new Map<string, Point[]>();
  const seen = new Set<number>();
  let wanted = new Set(chosenCheckpoints(checkpoints, mostCheckpoints));
  for (const checkpoint of checkpoints) {
    await breathe();
    const content = wanted.has(checkpoint) ? tryRead(checkpoint.file) : undefined;
    if (!content) continue;
    const step = Number(content.metadata.step ?? 0);
    // `last` and `best` may be one.
    if (seen.has(step)) continue;
    const blocks = stageBlocks(content);
    // How many blocks a stage has is known by the first, which is in every choice.
    if (seen.size === 0) wanted = new Set(chosenCheckpoints(checkpoints, checkpointsFor(blocks)));
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
    clouds[stage] = await cloudOf(points, breathe);
  return { stages: clouds };
}

/** As many as the blocks of the largest stage leave room for, but two. */
function checkpointsFor(stages: ReadonlyMap<string, StageBlocks>): number {
  const largest = Math.max(1, ...[...stages.values()].map(({ blocks }) => blocks.length));
  return Math.max(2, Math.min(mostCheckpoints, Math.floor(mostPoints / largest)));
}

function pointsOf({ blocks, tau, order }: StageBlocks, checkpoint: string, step: number): Point[] {
  const places = new Map(order.map((particle, place) => [particle, place]));
  const particles = evenly(
    blocks.map((_, particle) => particle),
    mostPoints / 2,
  );
  return particles.flatMap((particle) => {
    const weights = blocks[particle]!;
    // Weights that ran away have no place in a plane.
    if (!weights.every(Number.isFinite)) return [];
    const shown = { checkpoint, step, particle, tau: tau?.[particle] ?? null, place: places.get(particle)! };
    return [{ weights, shown }];
  });
}

async function cloudOf(points: Point[], breathe: () => Promise<void>): Promise<WeightCloud> {
  points.sort((a, b) => a.shown.step - b.shown.step);
  const { coordinates, explained } = await principalPlane(
    points.map(({ weights }) => weights),
    breathe,
  );
  return {
    explained,
    points: points.map(({ shown }, i) => ({ ...shown, x: coordinates[i]![0], y: coordinates[i]![1] })),
  };
}

/** Undefined for one that is damaged, or that was replaced just now. */
function tryRead(file: string): SafetensorsFile | undefined {
  try {
    return readSafetensors(file);
  } catch {
    return undefined;
  }
}
