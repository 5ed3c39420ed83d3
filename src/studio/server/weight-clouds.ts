/** The blocks of a run's checkpoints as points in a plane. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, type SafetensorsFile } from '../../io/index.ts';
import { evenly, runFiles } from '../../runs/index.ts';
import type { WeightCloud, WeightClouds } from '../protocol/index.ts';
import { stageBlocks } from './block-weights.ts';
import { breather } from './breathe.ts';
import { fileInside } from './inside.ts';
import { principalPlane } from './principal-plane.ts';
import type { OpenRun } from './run-index.ts';

/** Of more checkpoints an even choice is taken, the first and the last among them. */
const mostCheckpoints = 24;
const mostBytes = 2 ** 29;
/** Runs whose clouds are kept. */
const mostKept = 20;

interface Checkpoint {
  readonly name: string;
  readonly file: string;
  readonly savedAt: number;
  readonly stamp: string;
}

/** In the order in which they were saved. */
function checkpointsOf({ dir, realRoot, found }: OpenRun): Checkpoint[] {
  if (!found.names.has(runFiles.checkpoints)) return [];
  return readdirSync(join(dir, runFiles.checkpoints))
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => {
      const file = fileInside(realRoot, join(dir, runFiles.checkpoints, name, 'model.safetensors'));
      const stat = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
      if (!file || !stat || stat.size > mostBytes) return [];
      const savedAt = stat.mtimeMs;
      return [{ name, file, savedAt, stamp: `${name} ${savedAt} ${stat.size}` }];
    })
    .sort((a, b) => a.savedAt - b.savedAt || (a.name < b.name ? -1 : 1));
}

interface Point {
  readonly weights: Float32Array;
  readonly shown: Omit<WeightCloud['points'][number], 'x' | 'y'>;
}

export class CloudStore {
  readonly #kept = new Map<string, { readonly stamp: string; readonly clouds: Promise<WeightClouds> }>();
  #last: Promise<unknown> = Promise.resolve();

  /** Computed once for the checkpoints there are; one run after the other. */
  clouds(run: OpenRun): Promise<WeightClouds> {
    const checkpoints = checkpointsOf(run);
    const stamp = checkpoints.map((one) => one.stamp).join();
    const kept = this.#kept.get(run.dir);
    if (kept?.stamp === stamp) return kept.clouds;
    const clouds = this.#last.then(() => computeClouds(checkpoints));
    this.#last = clouds.catch(() => undefined);
    this.#kept.delete(run.dir);
    this.#kept.set(run.dir, { stamp, clouds });
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value!);
    return clouds;
  }
}

async function computeClouds(checkpoints: readonly Checkpoint[]): Promise<WeightClouds> {
  const breathe = breather();
  const stages = new Map<string, Point[]>();
  const seen = new Set<number>();
  for (const checkpoint of evenly(checkpoints, mostCheckpoints)) {
    await breathe();
    const content = tryRead(checkpoint.file);
    if (!content) continue;
    const step = Number(content.metadata.step ?? 0);
    // `last` and `best` may be one.
    if (seen.has(step)) continue;
    seen.add(step);
    for (const [stage, { blocks, tau, order }] of stageBlocks(content)) {
      const points = stages.get(stage) ?? [];
      for (const [particle, weights] of blocks.entries())
        if (weights.length === (points[0]?.weights.length ?? weights.length))
          points.push({
            weights,
            shown: {
              checkpoint: checkpoint.name,
              step,
              particle,
              tau: tau?.[particle] ?? null,
              place: order.indexOf(particle),
            },
          });
      stages.set(stage, points);
    }
  }
  const clouds: Record<string, WeightCloud> = {};
  for (const [stage, points] of [...stages].sort(([a], [b]) => (a < b ? -1 : 1))) {
    points.sort((a, b) => a.shown.step - b.shown.step);
    const { coordinates, explained } = await principalPlane(
      points.map(({ weights }) => weights),
      breathe,
    );
    clouds[stage] = {
      explained,
      points: points.map(({ shown }, i) => ({ ...shown, x: coordinates[i]![0], y: coordinates[i]![1] })),
    };
  }
  return { stages: clouds };
}

/** Undefined for one that is damaged, or that was replaced just now. */
function tryRead(file: string): SafetensorsFile | undefined {
  try {
    return readSafetensors(file);
  } catch {
    return undefined;
  }
}
