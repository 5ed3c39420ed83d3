/**
 * The records of a run folder: for each, the schema that validates it, and the type inferred from it. Non-finite
 * numbers (the loss of a diverged run) are `null` in files and NaN in memory.
 */
import { z } from 'zod';

/** A value as readers see it: read-only. */
type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

const real = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const reals = z.array(real);
const count = z.int().nonnegative();
const particles = z.array(count);
const time = z.string().refine((text) => Number.isFinite(Date.parse(text)), 'must be an ISO time');

/** The trained depth coordinates of one stage; every list is by particle (order of creation). */
const stageSchema = z.object({
  tau: reals.exactOptional(),
  /** Scheme `intervals`: the end of each block. */
  tauEnd: reals.exactOptional(),
  /** Scheme `learned-step`: the step size of each block. */
  step: reals.exactOptional(),
});
export type StageRecord = Immutable<z.infer<typeof stageSchema>>;

/** A line of `metrics.jsonl`: one training step. */
export const stepSchema = z.object({
  /** From 1, over the whole run. */
  step: z.int().positive(),
  /** From 0. */
  epoch: count,
  /** Mean loss of the batch. */
  loss: real,
  /** Percentage of the batch that was misclassified. */
  error: real,
  lr: real,
  /** Learning rate of the depth coordinates. */
  tauLr: real.exactOptional(),
  imagesPerSecond: real,
  /** Wall-clock time since the start of the run. */
  seconds: real,
  /** By stage name, such as `layer1`. */
  stages: z.record(z.string(), stageSchema).exactOptional(),
});
export type StepRecord = Immutable<z.infer<typeof stepSchema>>;

/** A line of `swaps.jsonl`: blocks of one stage that changed their order after a step. */
export const swapSchema = z.object({
  step: count,
  epoch: count,
  stage: z.string(),
  /** Particles in depth order, before and after. */
  before: particles,
  after: particles,
  /** The inverted pairs. */
  pairs: z.array(z.tuple([count, count])),
  /** Pairs of neighbours with equal positions. */
  ties: count.exactOptional(),
});
export type SwapRecord = Immutable<z.infer<typeof swapSchema>>;

export const runStates = ['running', 'finished', 'stopped', 'diverged', 'failed'] as const;
export type RunState = (typeof runStates)[number];

/** `status.json`: the state of a run, and a heartbeat of its process. */
export const statusSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  /** Identifies the process beyond its number: PID namespace, number, start time. */
  process: z.string().exactOptional(),
  state: z.enum(runStates),
  heartbeat: time,
  started: time,
  step: count,
  epoch: count,
  totalSteps: count,
  exitCode: z.int().exactOptional(),
  message: z.string().exactOptional(),
});
export type RunStatus = Immutable<z.infer<typeof statusSchema>>;

/** The blocks of a stage after training. */
const finalStepsSchema = z.object({
  /** Particles in depth order. */
  order: particles,
  /** Position of each particle; empty for schemes without positions. */
  tau: reals,
  /** Step sizes (for `intervals`: widths) in depth order. */
  steps: reals,
  /** Scheme `intervals`: the end of each particle. */
  tauEnd: reals.exactOptional(),
});
export type FinalSteps = Immutable<z.infer<typeof finalStepsSchema>>;

/** `result.json`: the result of a finished run. Errors are in percent. */
const storedResult = z.object({
  model: z.string(),
  scheme: z.string(),
  seed: z.int(),
  dataset: z.string(),
  testError: real,
  testLoss: real,
  /** Absent for fewer than 6 classes. */
  top5Error: real.exactOptional(),
  /** After the last epoch, on the held-out images; absent without such images. */
  validationError: real.exactOptional(),
  trainLoss: real,
  /** On the test images, with the averaged weights of `--ema`. */
  emaTestError: real.exactOptional(),
  emaTestLoss: real.exactOptional(),
  /** Trained. */
  epochs: count,
  /** Absent for a run that reached its last epoch. */
  stoppedEarly: z
    .object({
      plannedEpochs: count,
      /** The images whose error was monitored. */
      monitored: z.enum(['validation', 'test']),
      /** An error below this would have been an improvement. */
      threshold: real,
      /** Evaluations without an improvement. */
      evaluations: count,
    })
    .exactOptional(),
  steps: count,
  seconds: real,
  secondsPerEpoch: reals,
  swaps: count,
  parameters: count,
  finalSteps: z.record(z.string(), finalStepsSchema),
  /** confusion[true][predicted], number of images. */
  confusion: z.array(z.array(count)),
  /** Null for a class without test images. */
  perClassError: z.array(z.number().nullable()),
  classes: z.array(z.string()),
});
/** Earlier versions wrote 0 for a class without test images. */
export const resultSchema = storedResult.transform((found) => ({
  ...found,
  perClassError: found.perClassError.map((error, c) =>
    found.confusion[c]?.some((images) => images > 0) === false ? null : error,
  ),
}));
export type RunResult = Immutable<z.infer<typeof resultSchema>>;

/** A result without its lists. */
export const resultNumbersSchema = storedResult.omit({
  secondsPerEpoch: true,
  finalSteps: true,
  confusion: true,
  perClassError: true,
  classes: true,
});
export type ResultNumbers = Immutable<z.infer<typeof resultNumbersSchema>>;

const sampleSchema = z.object({
  /** Index in the test set. */
  index: count,
  label: count,
  /** PNG as a data URL. */
  image: z.string().regex(/^data:image\/png;base64,[A-Za-z0-9+/]+={0,2}$/, 'must be a PNG as a data address'),
  /** Most likely first. */
  top: z.array(z.object({ class: count, probability: z.number().min(0).max(1) })),
});
export type TestSample = Immutable<z.infer<typeof sampleSchema>>;

/** `samples.json`: test images and the predictions of the trained net, mistakes first. */
export const samplesSchema = z.object({ classes: z.array(z.string()), samples: z.array(sampleSchema) });
export type TestSamples = Immutable<z.infer<typeof samplesSchema>>;

/** `config.yaml` and `env.json`: plain records of JSON values. */
export const recordSchema = z.record(z.string(), z.unknown());
export type PlainRecord = Immutable<z.infer<typeof recordSchema>>;
