/**
 * The records of a run folder: for each, the schema that validates it, and the type inferred from it. Non-finite
 * numbers (the loss of a diverged run) are `null` in files and NaN in memory. docs/reference/run-folder.md is written
 * from the meaning and unit of each field.
 */
import { z } from 'zod';

/** A field with its meaning and unit. */
const field = <T extends z.ZodType>(schema: T, meaning: string, unit?: string): T =>
  schema.meta({ description: meaning, ...(unit === undefined ? {} : { unit }) });

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

/** The trained depth coordinates of one stage; every list is by block, in order of creation. */
const stageSchema = z.object({
  tau: field(reals.exactOptional(), 'Position of each block in depth, in order of creation.', 'depth'),
  tauEnd: field(reals.exactOptional(), 'Scheme `intervals`: the end of each block.', 'depth'),
  step: field(reals.exactOptional(), 'Scheme `learned-step`: the step size of each block.', 'depth'),
});
export type StageRecord = Immutable<z.infer<typeof stageSchema>>;

/** A line of `metrics.jsonl`: one training step. */
export const stepSchema = z.object({
  step: field(z.int().positive(), 'Training step over the whole run, from 1.'),
  epoch: field(count, 'Epoch, from 0.'),
  loss: field(real, 'Mean loss of the batch; null if it is not finite.', 'nats'),
  error: field(real, 'Misclassified images of the batch.', '%'),
  lr: field(real, 'Learning rate of the weights.'),
  tauLr: field(real.exactOptional(), 'Learning rate of the depth coordinates; absent for `vanilla`.'),
  imagesPerSecond: field(real, 'Training speed of the step.', 'images/s'),
  seconds: field(real, 'Wall-clock time since the start of the run.', 's'),
  stages: field(
    z.record(z.string(), stageSchema).exactOptional(),
    'Trained positions by stage, such as `layer1`; absent for `vanilla`.',
  ),
});
export type StepRecord = Immutable<z.infer<typeof stepSchema>>;

/** A line of `swaps.jsonl`: blocks of one stage that changed their order after a step. */
export const swapSchema = z.object({
  step: field(count, 'The step after which the order changed, from 1.'),
  epoch: field(count, 'Epoch, from 0.'),
  stage: field(z.string(), 'Stage, such as `layer1`.'),
  before: field(particles, 'Blocks in depth order before the step; blocks are numbered from 0.'),
  after: field(particles, 'Blocks in depth order after it.'),
  pairs: field(z.array(z.tuple([count, count])), 'The pairs of blocks whose order was inverted.'),
  ties: field(count.exactOptional(), 'Number of pairs of neighbours with equal positions.'),
});
export type SwapRecord = Immutable<z.infer<typeof swapSchema>>;

export const runStates = ['running', 'finished', 'stopped', 'diverged', 'failed'] as const;
export type RunState = (typeof runStates)[number];

/** `status.json`: the state of a run, and a heartbeat of its process. */
export const statusSchema = z.object({
  pid: field(z.int().positive(), 'Number of the process that trains, or trained last.'),
  host: field(z.string(), 'Its machine; empty in published records.'),
  process: field(
    z.string().exactOptional(),
    'Identifies the process beyond its number: PID namespace, number, start time.',
  ),
  state: field(z.enum(runStates), 'State of the run.'),
  heartbeat: field(time, 'Last sign of life, at most 2 s apart.', 'ISO 8601'),
  started: field(time, 'Start of the run, or of its continuation.', 'ISO 8601'),
  step: field(count, 'Number of finished steps.'),
  epoch: field(count, 'Current epoch, from 0.'),
  totalSteps: field(count, 'Planned number of steps.'),
  exitCode: field(z.int().exactOptional(), 'Exit code, once the run has ended.'),
  message: field(z.string().exactOptional(), 'Why the run failed or diverged.'),
});
export type RunStatus = Immutable<z.infer<typeof statusSchema>>;

/** The blocks of a stage after training. */
const finalStepsSchema = z.object({
  order: field(particles, 'Blocks in depth order, numbered from 0.'),
  tau: field(
    reals,
    'Position of each block, in order of creation; empty for schemes without positions.',
    'depth',
  ),
  steps: field(reals, 'Step sizes (for `intervals`: widths) in depth order.', 'depth'),
  tauEnd: field(
    reals.exactOptional(),
    'Scheme `intervals`: the end of each block, in order of creation.',
    'depth',
  ),
});
export type FinalSteps = Immutable<z.infer<typeof finalStepsSchema>>;

/** `result.json`: the result of a finished run. */
export const storedResultSchema = z.object({
  model: field(z.string(), 'Name of the net.'),
  scheme: field(z.string(), 'Scheme of the block positions.'),
  seed: field(z.int(), 'Random seed.'),
  dataset: field(z.string(), 'Data set.'),
  testError: field(real, 'Misclassified test images after the last epoch.', '%'),
  testLoss: field(real, 'Mean loss of the test images.', 'nats'),
  top5Error: field(
    real.exactOptional(),
    'Test images whose class is not among the five most likely; absent for fewer than 6 classes.',
    '%',
  ),
  validationError: field(
    real.exactOptional(),
    'Misclassified held-out images after the last epoch; absent without such images.',
    '%',
  ),
  trainLoss: field(real, 'Mean training loss of the last epoch.', 'nats'),
  emaTestError: field(
    real.exactOptional(),
    'The same as `testError` with the averaged weights; only with `--ema`.',
    '%',
  ),
  emaTestLoss: field(
    real.exactOptional(),
    'The same as `testLoss` with the averaged weights; only with `--ema`.',
    'nats',
  ),
  epochs: field(count, 'Number of trained epochs.'),
  stoppedEarly: field(
    z
      .object({
        plannedEpochs: field(count, 'Number of planned epochs.'),
        monitored: field(z.enum(['validation', 'test']), 'The images whose error was monitored.'),
        threshold: field(real, 'An error below this would have been an improvement.', '%'),
        evaluations: field(count, 'Number of evaluations without an improvement.'),
      })
      .exactOptional(),
    'Why the run stopped early; absent for a run that reached its last epoch.',
  ),
  steps: field(count, 'Number of training steps.'),
  seconds: field(real, 'Duration of the run, over all its continuations.', 's'),
  secondsPerEpoch: field(reals, 'Duration of each epoch.', 's'),
  swaps: field(count, 'Changes of the order of blocks, one per step and stage.'),
  parameters: field(count, 'Number of trained numbers.'),
  finalSteps: field(z.record(z.string(), finalStepsSchema), 'The blocks of each stage after training.'),
  confusion: field(
    z.array(z.array(count)),
    'confusion[true class][predicted class]: classes are numbered from 0 in the order of `classes`.',
    'images',
  ),
  perClassError: field(
    z.array(z.number().nullable()),
    'Misclassified test images of each class; null for a class without test images.',
    '%',
  ),
  classes: field(z.array(z.string()), 'Names of the classes.'),
});
/** Earlier versions wrote 0 for a class without test images. */
export const resultSchema = storedResultSchema.transform((found) => ({
  ...found,
  perClassError: found.perClassError.map((error, c) =>
    found.confusion[c]?.some((images) => images > 0) === false ? null : error,
  ),
}));
export type RunResult = Immutable<z.infer<typeof resultSchema>>;

/** A result without its lists. */
export const resultNumbersSchema = storedResultSchema.omit({
  secondsPerEpoch: true,
  finalSteps: true,
  confusion: true,
  perClassError: true,
  classes: true,
});
export type ResultNumbers = Immutable<z.infer<typeof resultNumbersSchema>>;

const sampleSchema = z.object({
  index: field(count, 'Index in the test set, from 0.'),
  label: field(count, 'True class, from 0.'),
  image: field(
    z.string().regex(/^data:image\/png;base64,[A-Za-z0-9+/]+={0,2}$/, 'must be a PNG as a data address'),
    'The image as a data URL of a PNG.',
  ),
  top: field(
    z.array(
      z.object({
        class: field(count, 'Predicted class, from 0; the most likely is first.'),
        probability: field(z.number().min(0).max(1), 'Its probability, from 0 to 1.'),
      }),
    ),
    'The most likely classes.',
  ),
});
export type TestSample = Immutable<z.infer<typeof sampleSchema>>;

/** `samples.json`: test images and the predictions of the trained net, mistakes first. */
export const samplesSchema = z.object({
  classes: field(z.array(z.string()), 'Names of the classes.'),
  samples: field(z.array(sampleSchema), 'Test images, mistakes first.'),
});
export type TestSamples = Immutable<z.infer<typeof samplesSchema>>;

/** `config.yaml` and `env.json`: plain records of JSON values. */
export const recordSchema = z.record(z.string(), z.unknown());
export type PlainRecord = Immutable<z.infer<typeof recordSchema>>;
