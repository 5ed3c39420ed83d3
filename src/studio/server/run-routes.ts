/** Routes for the run list and single runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, Hono } from 'hono';
import { evenly, readRecords, readRun, runFiles, type SwapRecord, swapSchema } from '../../runs/index.ts';
import { noCurves, type RunDetail, type StepCurves, type SwapList } from '../protocol/index.ts';
import { ApiError } from './api-error.ts';
import type { StudioEnvironment } from './body.ts';
import { commandsFor } from './commands.ts';
import type { CurveStore } from './curve-store.ts';
import { curves } from './curves.ts';
import { folderStamp } from './folder-stamp.ts';
import { fileInside } from './path-guard.ts';
import type { OpenRun, RunIndex } from './run-index.ts';

interface RunRoutes {
  readonly index: RunIndex;
  readonly curves: CurveStore;
}

/** How long the list request waits for the first scan; rows read later arrive as events. In ms. */
const patience = 150;

const defaultPoints = 1000;
const maxPoints = 10_000;
/** Beyond this number, an evenly spaced selection of swaps is sent. */
const maxSwaps = 5000;

/** @throws ApiError unless the parameter is an integer within the range */
export function integerParameter(
  c: Context,
  name: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER } = {},
): number | undefined {
  const text = c.req.query(name);
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || value < min || value > max)
    throw new ApiError(
      400,
      `expected a whole number from ${min} to ${max} for ${name}, got ${JSON.stringify(text.slice(0, 50))}`,
    );
  return value;
}

/** The run named in the URL. @throws ApiError */
export function runOf(c: Context, index: RunIndex): Promise<OpenRun> {
  return index.open(c.req.param('id') ?? '');
}

/** The step index of a run; empty if it has no metrics file yet. */
export async function stepsOf(
  { dir, found }: OpenRun,
  store: CurveStore,
  options: { points: number; from?: number; to?: number },
): Promise<StepCurves> {
  if (!found.files.has(runFiles.metrics)) return noCurves;
  return curves(await store.index(join(dir, runFiles.metrics)), options);
}

async function swapsOf({ dir, found }: OpenRun): Promise<SwapList> {
  const all: SwapRecord[] = found.files.has(runFiles.swaps)
    ? (await readRecords(join(dir, runFiles.swaps), swapSchema)).records
    : [];
  return { swaps: evenly(all, maxSwaps), total: all.length };
}

function detailOf({ dir, found, row, realRoot }: OpenRun): RunDetail {
  const run = readRun(dir);
  const has = (name: string): boolean => found.files.has(name);
  const environment = has(runFiles.environment) ? run.environment() : undefined;
  const shown = (name: string): boolean =>
    found.names.has(name) && fileInside(realRoot, join(dir, name)) !== undefined;
  const status = has(runFiles.status) ? run.status() : undefined;
  return {
    row: { ...row, problems: [...new Set([...row.problems, ...run.problems])] },
    config: has(runFiles.config) ? (run.config() ?? null) : null,
    environment: environment ?? null,
    epochs: has(runFiles.summary) ? run.epochs() : [],
    result: has(runFiles.result) ? (run.result() ?? null) : null,
    checkpoints: run.checkpoints().filter((name) => !name.startsWith('.')),
    stamp: folderStamp({ dir, found }),
    message: status?.message ?? null,
    files: {
      report: shown(runFiles.report),
      analysis: shown(runFiles.analysisPage),
      samples: has(runFiles.samples),
    },
    commands: commandsFor(dir, environment),
  };
}

/** HTML pages of a run folder with their types. They contain data of the run, so they are served without scripts. */
const pages: Readonly<Record<string, string>> = {
  [runFiles.report]: 'text/html; charset=utf-8',
  [runFiles.analysisPage]: 'text/html; charset=utf-8',
};
const pagePolicy =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function addRunRoutes(app: Hono<StudioEnvironment>, { index, curves: store }: RunRoutes): void {
  app.get('/api/runs', async (c) => {
    await index.refresh(patience);
    return c.json(index.list());
  });
  app.get('/api/runs/:id', async (c) => {
    return c.json(detailOf(await runOf(c, index)));
  });
  app.get('/api/runs/:id/steps', async (c) => {
    const run = await runOf(c, index);
    const [from, to] = [integerParameter(c, 'from'), integerParameter(c, 'to')];
    const points = integerParameter(c, 'points', { min: 1, max: maxPoints }) ?? defaultPoints;
    return c.json(
      await stepsOf(run, store, {
        points,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      }),
    );
  });
  app.get('/api/runs/:id/swaps', async (c) => c.json(await swapsOf(await runOf(c, index))));
  app.get('/api/runs/:id/files/:name', async (c) => {
    const { dir, id, realRoot } = await runOf(c, index);
    const name = c.req.param('name');
    const type = Object.hasOwn(pages, name) ? pages[name] : undefined;
    const file = type && fileInside(realRoot, join(dir, name));
    if (!type || !file) throw new ApiError(404, `${id} has no page ${JSON.stringify(name.slice(0, 200))}`);
    c.header('Content-Security-Policy', pagePolicy);
    c.header('Content-Type', type);
    return c.body(new Uint8Array(readFileSync(file)));
  });
}
