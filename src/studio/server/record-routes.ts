/** Routes for data of a run or a grid other than curves: weights, sample images, the record of `reproduce`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { z } from 'zod';
import { readRun, type Reproduction, runFiles } from '../../runs/index.ts';
import { rootGrid } from '../protocol/index.ts';
import { ApiError } from './api-error.ts';
import type { StudioEnvironment } from './body.ts';
import { gridRecord } from './folder-walk.ts';
import { fileInside, realPath } from './path-guard.ts';
import type { RunIndex } from './run-index.ts';
import { runOf } from './run-routes.ts';
import { CloudStore } from './weight-clouds.ts';

const mean = z.looseObject({ n: z.number(), mean: z.number() });
const change = z.looseObject({ stage: z.string(), perRun: z.number(), perEpoch: z.array(z.number()) });
const arm = z.looseObject({
  arm: z.string(),
  scheme: z.string(),
  error: mean,
  runs: z.array(z.looseObject({ name: z.string(), seed: z.number(), error: z.number() })),
  order: z.looseObject({ runs: z.number(), stages: z.array(change) }).optional(),
});
const comparison = z.looseObject({
  arm: z.string(),
  against: z.string(),
  seeds: z.array(z.number()),
  gains: z.array(z.number()),
  gain: mean,
});

/** The fields the page relies on; records of other programs are rejected. */
const reproductionShape = z.looseObject({
  preset: z.string(),
  recipe: z.string(),
  measuredOn: z.string(),
  rows: z.array(
    z.looseObject({
      id: z.string(),
      network: z.string(),
      dataset: z.string(),
      model: z.string(),
      talk: z.looseObject({ vanilla: z.number(), meanField: z.number() }).optional(),
      arms: z.array(arm),
      comparisons: z.array(comparison),
    }),
  ),
  finished: z.number(),
  unfinished: z.array(z.looseObject({ name: z.string(), state: z.string() })),
  machines: z.array(z.string()),
});

function isReproduction(content: unknown): content is Reproduction {
  return reproductionShape.safeParse(content).success;
}

async function reproductionOf(index: RunIndex, grid: string): Promise<Reproduction> {
  await index.refresh();
  const realRoot = realPath(index.root);
  // Only grids found by the walk are served.
  const known = index.list().grids.some(({ id }) => id === grid) && realRoot !== undefined;
  const file = known
    ? fileInside(realRoot, join(index.root, grid === rootGrid ? '' : grid, gridRecord))
    : undefined;
  if (file === undefined)
    throw new ApiError(
      404,
      `no grid ${JSON.stringify(grid.slice(0, 200))}: a folder of \`meanfield reproduce\` has a ${gridRecord}`,
    );
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new ApiError(
      422,
      `${gridRecord} of ${grid} is damaged: recreate it with \`meanfield reproduce --report-only\``,
      cause,
    );
  }
  if (isReproduction(content)) return content;
  throw new ApiError(422, `${gridRecord} of ${grid} is not a record of \`meanfield reproduce\``);
}

export function addRecordRoutes(app: Hono<StudioEnvironment>, index: RunIndex): void {
  const clouds = new CloudStore();
  app.get('/api/runs/:id/weights', async (c) =>
    c.json(await clouds.clouds(await runOf(c, index), c.req.raw.signal)),
  );
  app.get('/api/runs/:id/samples', async (c) => {
    const { id, dir, found } = await runOf(c, index);
    const run = readRun(dir);
    const samples = found.files.has(runFiles.samples) ? run.samples() : undefined;
    if (samples) return c.json(samples);
    const [problem] = run.problems;
    throw problem
      ? new ApiError(422, `${id}: ${problem}`)
      : new ApiError(404, `${id} has no ${runFiles.samples}: it is written at the end of a run`);
  });
  app.get('/api/reproductions/:id', async (c) => c.json(await reproductionOf(index, c.req.param('id'))));
}
