/**
 * What a run folder holds, as types alone: nothing here needs Node, so that a page can share them.
 *
 * Numbers that are not finite (the loss of a diverged run) are `null` in the files and NaN in memory.
 */

/** The trained depth coordinates of one stage; every list is by particle (the order of creation). */
export interface StageRecord {
  readonly tau?: readonly number[];
  /** Scheme `intervals`: where each block ends. */
  readonly tauEnd?: readonly number[];
  /** Scheme `learned-step`: the step size of each block. */
  readonly step?: readonly number[];
}

/** A line of `metrics.jsonl`: one training step. */
export interface StepRecord {
  /** Counts from 1 over the whole run. */
  readonly step: number;
  /** Counts from 0. */
  readonly epoch: number;
  /** Mean loss of the batch. */
  readonly loss: number;
  /** Percent of the batch that was classified wrongly. */
  readonly error: number;
  readonly lr: number;
  /** Learning rate of the depth coordinates. */
  readonly tauLr?: number;
  readonly imagesPerSecond: number;
  /** Wall clock since the start of the run. */
  readonly seconds: number;
  /** By stage name, such as `layer1`. */
  readonly stages?: Readonly<Record<string, StageRecord>>;
}

/** A line of `swaps.jsonl`: blocks of one stage that changed their order after a step. */
export interface SwapRecord {
  readonly step: number;
  readonly epoch: number;
  readonly stage: string;
  /** Particles in the order of the flow, before and after. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** The pairs whose order was inverted. */
  readonly pairs: readonly (readonly [number, number])[];
  /** Pairs of neighbours that share their position. */
  readonly ties?: number;
}

/** What epochs are evaluated on. */
export type EvaluationSet = 'validation' | 'test';

/** A line of `summary.csv`: one epoch; what is unknown is absent, as is the evaluation of an epoch without one. */
export interface EpochRecord {
  /** Counts from 0. */
  readonly epoch: number;
  readonly trainLoss?: number;
  readonly trainError?: number;
  readonly evalLoss?: number;
  readonly evalError?: number;
  readonly evalTop1?: number;
  readonly evalTop5?: number;
  readonly lr?: number;
  /** Duration of the epoch. */
  readonly seconds?: number;
  readonly imagesPerSecond?: number;
  readonly swaps?: number;
  readonly peakRssMb?: number;
}

export const runStates = ['running', 'finished', 'stopped', 'diverged', 'failed'] as const;
export type RunState = (typeof runStates)[number];

/** `status.json`: where a run stands, and the sign that its process lives. */
export interface RunStatus {
  readonly pid: number;
  readonly host: string;
  /** Which process that is, beyond its number: where numbers count, the number, when it started. */
  readonly process?: string;
  readonly state: RunState;
  /** ISO times. */
  readonly heartbeat: string;
  readonly started: string;
  readonly step: number;
  readonly epoch: number;
  readonly totalSteps: number;
  readonly exitCode?: number;
  readonly message?: string;
}

/** Where the blocks of a stage ended up. */
export interface FinalSteps {
  /** Particles in the order of the flow. */
  readonly order: readonly number[];
  /** Position of each particle; empty for schemes without one. */
  readonly tau: readonly number[];
  /** Step sizes (for `intervals`: widths) in the order of the flow. */
  readonly steps: readonly number[];
  /** Scheme `intervals`: end of each particle. */
  readonly tauEnd?: readonly number[];
}

/** `result.json`: what a finished run came to. Errors are in percent. */
export interface RunResult {
  readonly model: string;
  readonly scheme: string;
  readonly seed: number;
  readonly dataset: string;
  readonly testError: number;
  readonly testLoss: number;
  /** Absent for fewer than 6 classes. */
  readonly top5Error?: number;
  /** After the last epoch, on the images held out; absent where none were. */
  readonly validationError?: number;
  readonly trainLoss: number;
  readonly epochs: number;
  readonly steps: number;
  readonly seconds: number;
  readonly secondsPerEpoch: readonly number[];
  readonly swaps: number;
  readonly parameters: number;
  readonly finalSteps: Readonly<Record<string, FinalSteps>>;
  /** confusion[true][predicted], in images. */
  readonly confusion: readonly (readonly number[])[];
  /** Null for a class without test images. */
  readonly perClassError: readonly (number | null)[];
  readonly classes: readonly string[];
}

/** `samples.json`: test images with what the trained net takes them for; the mistakes first. */
export interface TestSamples {
  readonly classes: readonly string[];
  readonly samples: readonly TestSample[];
}
export interface TestSample {
  /** In the test set. */
  readonly index: number;
  readonly label: number;
  /** PNG as a data address. */
  readonly image: string;
  /** Most likely first. */
  readonly top: readonly { readonly class: number; readonly probability: number }[];
}

/** A result without its lists. */
export type ResultNumbers = Omit<
  RunResult,
  'secondsPerEpoch' | 'finalSteps' | 'confusion' | 'perClassError' | 'classes'
>;

/** `config.yaml` and `env.json`: plain records of JSON values. */
export type PlainRecord = Readonly<Record<string, unknown>>;

/** Everything about a run that figures and pages are drawn from. */
export interface RunData {
  /** Name of the folder, and the path to it as it was given. */
  readonly name: string;
  readonly dir: string;
  readonly config?: PlainRecord;
  readonly environment?: PlainRecord;
  readonly status?: RunStatus;
  readonly result?: RunResult;
  readonly steps: readonly StepRecord[];
  readonly epochs: readonly EpochRecord[];
  readonly swaps: readonly SwapRecord[];
  /** What could not be read, one line each. */
  readonly problems: readonly string[];
}
