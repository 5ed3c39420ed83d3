/** One process of `--dry-run`: trains the first steps of a run in a folder that is thrown away, and times them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodes } from '../../errors.ts';
import { BatchTensors, evaluate, type Experiment, startRun, type TrainConfig } from '../../train/index.ts';

export interface TimingTask {
  readonly config: TrainConfig;
  /** Steps to time. */
  readonly steps: number;
  /** Fewer are timed where they would take longer. */
  readonly seconds: number;
}

export interface Timing {
  /** Steps that were timed. */
  readonly steps: number;
  /** Mean, the time between two steps included. */
  readonly secondsPerStep: number;
  /** Of an epoch. */
  readonly stepsPerEpoch: number;
  readonly secondsPerEvaluation: number;
  /** From the start of the process to the first step. */
  readonly secondsToStart: number;
}

export type TimingMessage =
  { readonly kind: 'timing'; readonly timing: Timing } | { readonly kind: 'error'; readonly message: string };

/** The first steps warm up caches and allocator. */
const warmUp = 5;
const fewestSteps = 3;
const evaluatedBatches = 2;

async function time({ config, steps, seconds }: TimingTask): Promise<Timing> {
  const root = mkdtempSync(join(tmpdir(), 'meanfield-timing-'));
  const stamps: number[] = [];
  let experiment: Experiment | undefined;
  let stepsPerEpoch = 0;
  const enough = (): boolean => {
    const timed = stamps.length - warmUp;
    const spent = (stamps.at(-1) ?? 0) - (stamps[0] ?? 0);
    return timed >= steps || (timed >= fewestSteps && spent > 1000 * seconds);
  };
  try {
    const endless = { ...config, epochs: Math.max(config.epochs, 1000), valInterval: 0 };
    const session = await startRun(endless, {
      root,
      onStart(_dir, made) {
        experiment = made;
      },
      onProgress(progress) {
        if (progress.kind !== 'step') return;
        stamps.push(performance.now());
        stepsPerEpoch = progress.batches;
      },
      interrupted: () => (enough() ? exitCodes.interrupted : undefined),
    });
    if (session.result) throw new Error('the run ended before enough steps were timed');
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  const [first = 0, last = 0] = [stamps[warmUp - 1], stamps.at(-1)];
  const timed = stamps.length - warmUp;
  return {
    steps: timed,
    secondsPerStep: (last - first) / 1000 / timed,
    stepsPerEpoch,
    secondsPerEvaluation: timeEvaluation(experiment!),
    secondsToStart: (stamps[0] ?? 0) / 1000,
  };
}

function timeEvaluation({ data, config, learner }: Experiment): number {
  const set = data.validation ?? data.test;
  const tensors = new BatchTensors(data.train, data, config.dtype, config.device);
  const started = performance.now();
  const { count } = evaluate((images) => learner.forward(images, false), set, tensors, evaluatedBatches);
  tensors.dispose();
  return (((performance.now() - started) / 1000) * set.count) / count;
}

process.on('message', (task: TimingTask) => {
  time(task)
    .then((timing): TimingMessage => ({ kind: 'timing', timing }))
    .catch((error: unknown): TimingMessage => {
      const text = error instanceof Error ? error.message : String(error);
      return { kind: 'error', message: text.split('\n')[0] ?? '' };
    })
    .then((message) => {
      process.send?.(message, () => {
        process.disconnect();
      });
    })
    .catch(() => process.exit(exitCodes.failed));
});
