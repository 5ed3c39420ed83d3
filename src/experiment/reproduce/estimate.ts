/** Estimates the time of a grid on this machine, from measurements of the first steps of each kind of run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MeanfieldError } from '../../errors.ts';
import { startWorker } from '../../processes/index.ts';
import { mean } from '../../stats/index.ts';
import type { TrainConfig } from '../../train/index.ts';
import type { Cell } from './grid.ts';
import { standingOf } from './standing.ts';
import type { Timing, TimingTask, TimingWorker } from './timing-worker.ts';

interface EstimateOptions {
  readonly root: string;
  readonly jobs: number;
  readonly threads: number;
  readonly dataDir?: string;
  readonly onTiming?: (cell: Cell) => void;
}

/** Fifty steps of a kind; more for a fast one, fewer for one that would take over a minute. */
const timed = { steps: 50, atLeast: 3, atMost: 60 } as const;

export interface CellEstimate {
  readonly cell: Cell;
  readonly state: 'finished' | 'diverged' | 'running' | 'broken' | 'new';
  /** For the whole run; absent for one that needs no more time. */
  readonly seconds?: number;
  /** Remaining time. */
  readonly secondsLeft: number;
  readonly timing?: Timing;
}

export interface GridEstimate {
  readonly cells: readonly CellEstimate[];
  /** Wall-clock time until all are done, with `jobs` concurrent runs. */
  readonly secondsLeft: number;
}

/** The settings that affect the time of a run. */
const timedSettings = [
  'dataset',
  'model',
  'width',
  'scheme',
  'reorder',
  'batchSize',
  'amp',
  'dtype',
  'device',
  'opt',
  'imageSize',
  'channels',
  'valSplit',
] as const;

/** Runs that agree in all settings that affect time. */
const kindOf = ({ config }: Cell): string => JSON.stringify(timedSettings.map((key) => config[key] ?? null));

/** @throws MeanfieldError with the exit code of the run, if a kind of run cannot be trained */
export async function estimateGrid(cells: readonly Cell[], options: EstimateOptions): Promise<GridEstimate> {
  const timings = new Map<string, Timing>();
  const estimates: CellEstimate[] = [];
  for (const cell of cells) {
    const standing = standingOf(options.root, cell);
    const { state } = standing;
    // Cells that others train are theirs.
    if (state !== 'new' && state !== 'broken') {
      estimates.push({ cell, state, secondsLeft: 0 });
      continue;
    }
    const kind = kindOf(cell);
    if (!timings.has(kind)) {
      options.onTiming?.(cell);
      timings.set(kind, await timeKind(cell, options));
    }
    const timing = timings.get(kind)!;
    const seconds = wholeRun(cell.config, timing);
    const share = standing.state === 'broken' ? standing.share : 0;
    estimates.push({ cell, state, seconds, secondsLeft: seconds * (1 - share), timing });
  }
  return { cells: estimates, secondsLeft: makespan(estimates, options.jobs) };
}

function wholeRun({ epochs, valInterval, recoveryInterval }: TrainConfig, timing: Timing): number {
  const { stepsPerEpoch, secondsPerStep, secondsPerImageEvaluated, secondsPerSave, secondsToStart } = timing;
  const { validationImages, testImages } = timing;
  const steps = epochs * stepsPerEpoch;
  const evaluations = valInterval === 0 ? 1 : Math.ceil(epochs / valInterval);
  const evaluated =
    validationImages > 0 ? evaluations * validationImages + testImages : evaluations * testImages;
  const saves = epochs + (recoveryInterval > 0 ? Math.floor(steps / recoveryInterval) : 0);
  return (
    secondsToStart + steps * secondsPerStep + evaluated * secondsPerImageEvaluated + saves * secondsPerSave
  );
}

/** Cells start in order, each as soon as one of `jobs` is free. */
function makespan(cells: readonly CellEstimate[], jobs: number): number {
  const free = new Array<number>(jobs).fill(0);
  for (const { secondsLeft } of cells) {
    const first = free.indexOf(Math.min(...free));
    free[first] = (free[first] ?? 0) + secondsLeft;
  }
  return Math.max(...free);
}

/** Timed with as many concurrent runs as in training: they share the machine's memory and caches. */
async function timeKind(cell: Cell, { jobs, threads, dataDir }: EstimateOptions): Promise<Timing> {
  const config = { ...cell.config, threads, ...(dataDir !== undefined && { dataDir }) };
  const root = mkdtempSync(join(tmpdir(), 'meanfield-timing-'));
  const clean = (): void => {
    rmSync(root, { recursive: true, force: true });
  };
  process.once('exit', clean);
  try {
    const timings = await Promise.all(
      Array.from({ length: jobs }, () => timeOnce({ ...timed, config, root }, cell, threads)),
    );
    const meanOf = (pick: (timing: Timing) => number): number => mean(timings.map(pick));
    return {
      ...timings[0]!,
      steps: Math.min(...timings.map((timing) => timing.steps)),
      secondsPerStep: meanOf((timing) => timing.secondsPerStep),
      secondsPerImageEvaluated: meanOf((timing) => timing.secondsPerImageEvaluated),
      secondsPerSave: meanOf((timing) => timing.secondsPerSave),
      secondsToStart: meanOf((timing) => timing.secondsToStart),
    };
  } finally {
    process.off('exit', clean);
    clean();
  }
}

async function timeOnce(task: TimingTask, cell: Cell, threads: number): Promise<Timing> {
  const worker = startWorker<TimingWorker>(new URL('timing-worker.js', import.meta.url), threads);
  const answer = await worker.run(task);
  void worker.close();
  if (answer.kind === 'result') return answer.result;
  const { message, exitCode } = answer;
  throw new MeanfieldError(`${cell.name} cannot be timed: ${message}`, { exitCode });
}
