/** A trained net read back from its run folder, for evaluation and prediction. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ImageData, loadTestSet } from '../data/index.ts';
import { FileError, UsageError } from '../errors.ts';
import { createModel } from '../models/index.ts';
import { notRunFolder } from '../runs/index.ts';
import { Generator } from '../tensor/index.ts';
import { loadCheckpoint, readCheckpointState, type RunState } from './checkpoint.ts';
import { readSavedConfig } from './config.ts';
import { checkMachine } from './experiment.ts';
import { Learner } from './learner.ts';
import type { TrainConfig } from './settings.ts';

export interface Trained {
  readonly config: TrainConfig;
  readonly state: RunState;
  readonly learner: Learner;
  /** The checkpoint's folder. */
  readonly folder: string;
}

/** The checkpoint folder that a name stands for: last, best, epoch-NNN, or a path. */
function checkpointFolder(run: string, checkpoint: string): string {
  const inside = join(run, 'checkpoints', checkpoint);
  if (existsSync(inside)) return inside;
  if (existsSync(join(checkpoint, 'model.safetensors'))) return checkpoint;
  throw new FileError(
    `no checkpoint ${checkpoint} in ${run}: it has not saved one yet, or it was removed (last, best, epoch-NNN)`,
  );
}

/** @throws UsageError if `run` is no run folder, FileError if its checkpoint is missing or damaged */
export function loadTrained(run: string, checkpoint = 'last'): Trained {
  const problem = notRunFolder(run);
  if (problem !== undefined) throw new UsageError(problem);
  const config = readSavedConfig(run);
  checkMachine(config);
  const folder = checkpointFolder(run, checkpoint);
  const state = readCheckpointState(folder);
  const { channels, classes } = state.images;
  const { model: name, width, shortcut, scheme, reorder, tauStart: start, lastTau: last } = config;
  const { dtype, device } = config;
  const model = createModel(
    name,
    {
      width,
      shortcut,
      inChannels: channels,
      classes: classes.length,
      schedule: { scheme, reorder, start, last },
      dtype,
      device,
    },
    new Generator(0),
  );
  const learner = new Learner(model, config);
  loadCheckpoint(folder, model);
  return { config, state, learner, folder };
}

/** A test set with the mean and deviation that its images are normalised by. */
export type TestImages = Pick<ImageData, 'test' | 'mean' | 'std' | 'notes'>;

/**
 * The images that a trained net is tested on, with the mean and deviation that it was trained with. Image files are scaled to
 * the size that it was trained on.
 *
 * @param dataDir - where the data set is now, if it moved
 * @param limitTest - at most so many test images, evenly spaced
 * @throws UsageError if the data do not fit the net, DataError if they are missing or damaged
 */
export async function loadTestImages(
  run: string,
  { config, state }: Trained,
  { dataDir = config.dataDir, limitTest }: { dataDir?: string | undefined; limitTest?: number } = {},
): Promise<TestImages> {
  const { height, width, channels, classes, mean, std } = state.images;
  const { test, notes = [] } = await loadTestSet(config.dataset, {
    ...(dataDir !== undefined && { dataDir }),
    ...(config.dataset === 'image-folder'
      ? { imageSize: [height, width] as const, channels: channels === 1 ? 1 : 3 }
      : config.imageSize !== undefined && { imageSize: config.imageSize }),
    ...(limitTest !== undefined && { limitTest }),
    seed: config.seed,
  });
  if (test.channels !== channels || test.classes.length !== classes.length)
    throw new UsageError(
      `${config.dataset} has ${test.channels} channels and ${test.classes.length} classes, the net of ${run} ${channels} and ${classes.length}`,
    );
  return { test, notes, mean, std };
}
