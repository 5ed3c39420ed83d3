/** One process of `--dry-run`: trains the first steps of a run in a temporary folder, and times them. */
import { join } from 'node:path';
import { exitCodes } from '../../errors.ts';
import { answerTasks } from '../../processes/index.ts';
import {
  BatchTensors,
  evaluate,
  type Experiment,
  readCheckpointState,
  saveCheckpoint,
  startRun,
  type TrainConfig,
} from '../../train/index.ts';

export interface TimingTask {
  readonly config: TrainConfig;
  /** Folder for the run; the caller removes it. */
  readonly root: string;
  /** Minimum number of steps to time. */
  readonly steps: number;
  /** Minimum time for fast steps, in s. */
  readonly atLeast: number;
  /** Maximum time for slow steps, in s. */
  readonly atMost: number;
}

export interface Timing {
  /** Number of timed steps. */
  readonly steps: number;
  /** Mean, including the time between two steps. */
  readonly secondsPerStep: number;
  /** Steps per epoch. */
  readonly stepsPerEpoch: number;
  readonly secondsPerImageEvaluated: number;
  readonly secondsPerSave: number;
  /** From the start of the process to the first step. */
  readonly secondsToStart: number;
  /** Images of one evaluation: those held out, if any, and the test set. */
  readonly validationImages: number;
  readonly testImages: number;
}

export interface TimingWorker {
  readonly task: TimingTask;
  readonly progress: never;
  readonly result: Timing;
}

/** The first steps warm up caches and allocator. */
const warmUp = 5;
const fewestSteps = 3;
/** Batches of 500 images. */
const evaluatedBatches = 2;

async function time({ config, root, steps, atLeast, atMost }: TimingTask): Promise<Timing> {
  const stamps: number[] = [];
  let experiment: Experiment | undefined;
  let stepsPerEpoch = 0;
  const enough = (): boolean => {
    const timed = stamps.length - warmUp;
    const spent = ((stamps.at(-1) ?? 0) - (stamps[warmUp - 1] ?? 0)) / 1000;
    return (timed >= steps && spent >= atLeast) || (timed >= fewestSteps && spent >= atMost);
  };
  // Saves and evaluations are timed separately.
  const endless = { ...config, epochs: 1_000_000, valInterval: 0, recoveryInterval: 0, checkpointEvery: 0 };
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
  const [first = 0, last = 0] = [stamps[warmUp - 1], stamps.at(-1)];
  const timed = stamps.length - warmUp;
  const { data, learner } = experiment!;
  const saved = join(session.dir, 'checkpoints', 'last');
  const state = readCheckpointState(saved);
  return {
    steps: timed,
    secondsPerStep: (last - first) / 1000 / timed,
    stepsPerEpoch,
    secondsPerImageEvaluated: timeEvaluation(experiment!),
    secondsPerSave: secondsOf(() => {
      saveCheckpoint(saved, learner.model, learner.optimizer, state);
    }),
    secondsToStart: (stamps[0] ?? 0) / 1000,
    validationImages: data.validation?.count ?? 0,
    testImages: data.test.count,
  };
}

function secondsOf(body: () => void): number {
  const started = performance.now();
  body();
  return (performance.now() - started) / 1000;
}

function timeEvaluation({ data, config, learner }: Experiment): number {
  const tensors = new BatchTensors(data.train, data, config.dtype, config.device);
  const run = (batches: number): number =>
    evaluate((images) => learner.forward(images, false), data.test, tensors, batches).count;
  run(1);
  let count = 0;
  const seconds = secondsOf(() => {
    count = run(evaluatedBatches);
  });
  tensors.dispose();
  return seconds / count;
}

answerTasks<TimingWorker>(time);
