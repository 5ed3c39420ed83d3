/**
 * Checkpoints: a folder with the model, the optimiser and the state of the run. A new one is written beside the old
 * one and renamed, so a complete checkpoint survives a kill at any moment.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { checkObject } from '../check.ts';
import { FileError, UsageError } from '../errors.ts';
import {
  checkPath,
  encodeSafetensors,
  type PathLike,
  readSafetensors,
  recoverFolder,
  writeFolderAtomic,
} from '../io/index.ts';
import type { CifarResNet } from '../models/index.ts';
import type { Optimizer } from '../optim/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { dataIdentitySchema } from './data-identity.ts';
import { patienceSchema } from './early-stopping.ts';
import { restore, store } from './stored.ts';
import { checkNet } from './check-net.ts';

const generatorStates = z.record(z.string(), z.string());

/** docs/reference/run-folder.md is written from the descriptions. */
export const stateSchema = z.object({
  version: z.literal(1).describe('Version of the format.'),
  step: z.int().nonnegative().describe('Number of updates made.'),
  epoch: z.int().nonnegative().describe('Epoch of the next step, from 0.'),
  batch: z.int().nonnegative().describe('Batch of the next step within its epoch, from 0.'),
  running: z
    .object({
      loss: z.number(),
      wrong: z.number(),
      images: z.number(),
      seconds: z.number(),
      swaps: z.int(),
    })
    .describe('Sums over the batches of the current epoch.'),
  trainLoss: z.number().nullable().describe('Mean training loss of the last complete epoch.'),
  bestError: z.number().nullable().describe('Smallest error of an epoch so far, in percent.'),
  patience: patienceSchema
    .exactOptional()
    .describe('Best error and evaluations since then; only with `--patience`.'),
  secondsPerEpoch: z.array(z.number()).describe('Duration of each complete epoch, in seconds.'),
  seconds: z.number().describe('Duration of the run so far, in seconds.'),
  swaps: z.int().describe('Changes of the order of blocks so far.'),
  optimizerUpdates: z.int().nonnegative().describe('Updates that the optimiser counts.'),
  generators: generatorStates.describe('State of each random generator, in base64.'),
  images: z
    .object({
      height: z.int(),
      width: z.int(),
      channels: z.int(),
      mean: z.array(z.number()),
      std: z.array(z.number()),
      classes: z.array(z.string()),
    })
    .describe('The images that the net takes, and the classes it predicts.'),
  data: dataIdentitySchema
    .exactOptional()
    .describe('Fingerprints of the data of the run; earlier versions did not save them.'),
  identity: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .describe('The settings of the net that the weights belong to.'),
});

/** The state of a run; with the tensors, everything the next step depends on. */
export type CheckpointState = z.infer<typeof stateSchema>;

const files = {
  model: 'model.safetensors',
  average: 'ema.safetensors',
  optimizer: 'optim.safetensors',
  state: 'state.json',
} as const;

function modelTensors(model: CifarResNet): ReadonlyMap<string, Tensor> {
  return new Map([...model.parameters, ...model.buffers]);
}

/** Replaces the checkpoint folder atomically. @throws FileError if the disk is full; the old one stays. */
export function saveCheckpoint(
  place: PathLike,
  model: CifarResNet,
  optimizer: Optimizer,
  state: CheckpointState,
  average?: CifarResNet,
): void {
  const folder = checkPath('the folder of the checkpoint', place);
  checkNet(model);
  checkObject('an optimiser, such as learner.optimizer', 'optimizer', optimizer, 'state');
  checkObject('the state of a run', 'state', state, 'step', 'identity');
  const metadata = {
    format: 'pt',
    step: String(state.step),
    ...Object.fromEntries(Object.entries(state.identity).map(([key, value]) => [key, String(value)])),
  };
  writeFolderAtomic(
    folder,
    new Map([
      [files.model, encodeSafetensors(store(modelTensors(model)), metadata)],
      ...(average
        ? ([[files.average, encodeSafetensors(store(modelTensors(average)), metadata)]] as const)
        : []),
      [files.optimizer, encodeSafetensors(store(optimizer.state), metadata)],
      [files.state, [Buffer.from(`${JSON.stringify(state, null, 2)}\n`)]],
    ]),
  );
}

/** Reads the state of a checkpoint. @throws FileError if it is missing or damaged. */
export function readCheckpointState(place: PathLike): CheckpointState {
  const folder = checkPath('the folder of the checkpoint', place);
  recoverFolder(folder);
  const file = join(folder, files.state);
  if (!existsSync(file)) throw new FileError(`no checkpoint in ${folder}: ${files.state} is missing`);
  const advice =
    'use another checkpoint of the run (checkpoints/best, checkpoints/epoch-NNN), or start again';
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new FileError(`${file} is damaged: not JSON; ${advice}`, cause);
  }
  const parsed = stateSchema.safeParse(content);
  if (!parsed.success)
    throw new FileError(
      `${file} is damaged: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}; ${advice}`,
    );
  return parsed.data;
}

/**
 * Loads a checkpoint's weights into the model, and its state into the optimiser if there is one.
 *
 * @param average - receives the averaged weights
 * @throws FileError if the checkpoint is damaged, UsageError if it belongs to another model
 */
export function loadCheckpoint(
  place: PathLike,
  model: CifarResNet,
  optimizer?: Optimizer,
  average?: CifarResNet,
): CheckpointState {
  const folder = checkPath('the folder of the checkpoint', place);
  checkNet(model);
  const state = readCheckpointState(folder);
  const modelFile = join(folder, files.model);
  const stored = readSafetensors(modelFile);
  const optimizerFile = join(folder, files.optimizer);
  const storedOptimizer = optimizer && readSafetensors(optimizerFile);
  if (average) loadAverage(folder, average);
  restore(stored.tensors, modelTensors(model), modelFile);
  if (optimizer && storedOptimizer) {
    restore(storedOptimizer.tensors, optimizer.state, optimizerFile);
    optimizer.updates = state.optimizerUpdates;
  }
  for (const stage of model.stages.values()) stage.schedule.projectAndSort();
  return state;
}

/**
 * Loads the averaged weights of a checkpoint into a net.
 *
 * @throws FileError if they are missing or damaged, UsageError if they belong to another model
 */
export function loadAverage(folder: string, net: CifarResNet): void {
  const file = join(folder, files.average);
  restore(readSafetensors(file).tensors, modelTensors(net), file);
  for (const stage of net.stages.values()) stage.schedule.projectAndSort();
}

/** @throws UsageError if another model made the checkpoint; it names the first setting that differs. */
export function checkIdentity(
  state: CheckpointState,
  identity: CheckpointState['identity'],
  folder: string,
): void {
  for (const [key, value] of Object.entries(identity))
    if (state.identity[key] !== value)
      throw new UsageError(
        `${folder} is a checkpoint of another model: its ${key} is ${String(state.identity[key])}, that of this model is ${String(value)}`,
      );
}
