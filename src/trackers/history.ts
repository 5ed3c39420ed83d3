/** A run as other trackers know it: parameters, and metrics along its steps. */
import {
  evaluationSet,
  type PlainRecord,
  readRun,
  type RunState,
  type StageRecord,
  type StepRecord,
} from '../runs/index.ts';

export interface Point {
  readonly step: number;
  /** Seconds since 1970. */
  readonly time: number;
  /** Finite numbers by name: `train/loss`, `tau/layer1/0`. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface History {
  readonly name: string;
  /** Seconds since 1970. */
  readonly started: number;
  readonly ended: number;
  /** As last written; undefined without a status. */
  readonly state: RunState | undefined;
  /** Whether the run reached its last epoch. */
  readonly finished: boolean;
  /** The settings of `config.yaml`. */
  readonly parameters: PlainRecord;
  /** In the order of steps; the points of an epoch follow those of its last step. */
  readonly points: readonly Point[];
  /** Unreadable records, one line each. */
  readonly problems: readonly string[];
}

/** @param dir - a run folder */
export async function readHistory(dir: string): Promise<History> {
  const run = readRun(dir);
  const [status, config, result] = [run.status(), run.config() ?? {}, run.result()];
  const steps = await run.steps();
  const started = Date.parse(status?.started ?? new Date(0).toISOString()) / 1000;
  const evaluated = evaluationSet(config, run.environment());
  const lastSteps = new Map(steps.map((record) => [record.epoch, record]));
  const epochs = run.epochs().flatMap((one): Point[] => {
    const last = lastSteps.get(one.epoch);
    if (!last) return [];
    const metrics = finite({
      'epoch/train-loss': one.trainLoss,
      'epoch/train-error': one.trainError,
      [`${evaluated}/loss`]: one.evalLoss,
      [`${evaluated}/error`]: one.evalError,
      [`${evaluated}/ema-loss`]: one.emaLoss,
      [`${evaluated}/ema-error`]: one.emaError,
      'epoch/seconds': one.seconds,
    });
    return [{ step: last.step, time: started + last.seconds, metrics }];
  });
  const last = steps.at(-1);
  const ended = started + (last?.seconds ?? 0);
  const final = finite({
    'final/test-error': result?.testError,
    'final/test-loss': result?.testLoss,
    'final/ema-test-error': result?.emaTestError,
    'final/ema-test-loss': result?.emaTestLoss,
  });
  return {
    name: run.name,
    started,
    ended,
    state: status?.state,
    finished: result !== undefined,
    parameters: config,
    points: [
      ...merged(
        steps.map((record) => pointOf(record, started)),
        epochs,
      ),
      ...(last && Object.keys(final).length > 0 ? [{ step: last.step, time: ended, metrics: final }] : []),
    ],
    problems: run.problems,
  };
}

function pointOf(record: StepRecord, started: number): Point {
  const { step, epoch, loss, error, lr, tauLr, imagesPerSecond, seconds } = record;
  return {
    step,
    time: started + seconds,
    metrics: finite({
      'train/loss': loss,
      'train/error': error,
      epoch,
      lr,
      'tau-lr': tauLr,
      'images-per-second': imagesPerSecond,
      ...coordinates(record.stages ?? {}),
    }),
  };
}

/** `tau/layer1/0`: the position of block 0 of layer1; with `intervals` also `tau-end/..`, with `learned-step` `step-size/..`. */
function coordinates(stages: Readonly<Record<string, StageRecord>>): Record<string, number> {
  const named = Object.entries(stages).flatMap(([stage, { tau = [], tauEnd = [], step = [] }]) =>
    Object.entries({ tau, 'tau-end': tauEnd, 'step-size': step }).flatMap(([name, values]) =>
      values.map((value, block): [string, number] => [`${name}/${stage}/${block}`, value]),
    ),
  );
  return Object.fromEntries(named);
}

const finite = (values: Readonly<Record<string, number | undefined>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  );

/** Two lists in the order of their steps; of equal steps, `first` comes first. */
function merged(first: readonly Point[], second: readonly Point[]): Point[] {
  return [...first, ...second].sort((a, b) => a.step - b.step);
}
