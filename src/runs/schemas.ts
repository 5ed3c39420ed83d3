/** Schemas of the run folder's files: what is read is checked before it is believed. */
import { z } from 'zod';
import {
  type PlainRecord,
  type ResultNumbers,
  type RunResult,
  runStates,
  type RunStatus,
  type StepRecord,
  type SwapRecord,
  type TestSamples,
} from './types.ts';

/** JSON has no NaN: it is written as null. */
const real = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const reals = z.array(real);
const count = z.int().nonnegative();
const particles = z.array(count);
const time = z.string().refine((text) => Number.isFinite(Date.parse(text)), 'must be an ISO time');

const coordinates = z.object({
  tau: reals.exactOptional(),
  tauEnd: reals.exactOptional(),
  step: reals.exactOptional(),
});

export const stepSchema: z.ZodType<StepRecord> = z.object({
  step: z.int().positive(),
  epoch: count,
  loss: real,
  error: real,
  lr: real,
  tauLr: real.exactOptional(),
  imagesPerSecond: real,
  seconds: real,
  stages: z.record(z.string(), coordinates).exactOptional(),
});

export const swapSchema: z.ZodType<SwapRecord> = z.object({
  step: count,
  epoch: count,
  stage: z.string(),
  before: particles,
  after: particles,
  pairs: z.array(z.tuple([count, count])),
  ties: count.exactOptional(),
});

export const statusSchema: z.ZodType<RunStatus> = z.object({
  pid: z.int().positive(),
  host: z.string(),
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

const finalSteps = z.object({
  order: particles,
  tau: reals,
  steps: reals,
  tauEnd: reals.exactOptional(),
});

const result = z.object({
  model: z.string(),
  scheme: z.string(),
  seed: z.int(),
  dataset: z.string(),
  testError: real,
  testLoss: real,
  top5Error: real.exactOptional(),
  validationError: real.exactOptional(),
  trainLoss: real,
  epochs: count,
  steps: count,
  seconds: real,
  secondsPerEpoch: reals,
  swaps: count,
  parameters: count,
  finalSteps: z.record(z.string(), finalSteps),
  confusion: z.array(z.array(count)),
  perClassError: z.array(z.number().nullable()),
  classes: z.array(z.string()),
});
/** Earlier versions wrote 0 for a class without test images. */
const withoutEmptyClasses = (found: RunResult): RunResult => ({
  ...found,
  perClassError: found.perClassError.map((error, c) =>
    found.confusion[c]?.some((images) => images > 0) === false ? null : error,
  ),
});
export const resultSchema: z.ZodType<RunResult> = result.transform(withoutEmptyClasses);
export const resultNumbersSchema: z.ZodType<ResultNumbers> = result.omit({
  secondsPerEpoch: true,
  finalSteps: true,
  confusion: true,
  perClassError: true,
  classes: true,
});

const guess = z.object({ class: count, probability: z.number().min(0).max(1) });

export const samplesSchema: z.ZodType<TestSamples> = z.object({
  classes: z.array(z.string()),
  samples: z.array(
    z.object({
      index: count,
      label: count,
      image: z
        .string()
        .regex(/^data:image\/png;base64,[A-Za-z0-9+/]+={0,2}$/, 'must be a PNG as a data address'),
      top: z.array(guess),
    }),
  ),
});

export const recordSchema: z.ZodType<PlainRecord> = z.record(z.string(), z.unknown());
