/** A trained net read back from its run folder, for evaluation and prediction. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  drawnDatasets,
  fingerprintOf,
  type ImageData,
  type ImageSet,
  loadTestSet,
  relabelledSet,
  resizedSet,
  sizedDatasets,
} from '../data/index.ts';
import { FileError, UsageError } from '../errors.ts';
import { createModel } from '../models/index.ts';
import { notRunFolder } from '../runs/index.ts';
import { Generator } from '../tensor/index.ts';
import { checkIdentity, loadCheckpoint, readCheckpointState, type RunState } from './checkpoint.ts';
import { readSavedConfig } from './config.ts';
import { classList } from './data-identity.ts';
import { checkMachine, netIdentityOf } from './experiment.ts';
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
  checkIdentity(state, netIdentityOf(config), folder);
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

export interface TestImageOptions {
  readonly dataset?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly limitTest?: number;
}

/** A test set with the mean and deviation that its images are normalised by. */
export type TestImages = Pick<ImageData, 'test' | 'mean' | 'std' | 'notes'>;

/**
 * The images that a trained net is tested on, with the mean and deviation that it was trained with: scaled to the size that it
 * was trained on, in its colours, with labels matched to its classes by their names.
 *
 * @param dataset - another data set than that of the training
 * @param dataDir - where the data set is now, if it moved
 * @param limitTest - at most so many test images, evenly spaced
 * @throws UsageError if the classes are not those of the net, DataError if the data are missing or damaged
 */
export async function loadTestImages(
  run: string,
  { config, state }: Trained,
  { dataset = config.dataset, dataDir, limitTest }: TestImageOptions = {},
): Promise<TestImages> {
  const { height, width, channels, classes, mean, std } = state.images;
  checkPlace(dataset, dataDir);
  const place = dataDir ?? (dataset === config.dataset ? config.dataDir : undefined);
  const loaded = await loadTestSet(dataset, {
    ...(place !== undefined && { dataDir: place }),
    // Others are scaled below, from the size that they have.
    ...((sizedDatasets as readonly string[]).includes(dataset) && {
      imageSize: [height, width] as const,
      channels: channels === 1 ? 1 : 3,
    }),
    ...(limitTest !== undefined && { limitTest }),
    allowEmptyClasses: config.allowEmptyClasses && dataset === config.dataset,
    classes,
    seed: config.seed,
  });
  const matched = relabelledSet(loaded.test, classes);
  if (!matched)
    throw new UsageError(
      `${run} was trained on the classes ${classList(classes)}; the test images of ${place ?? dataset} have ${classList(loaded.test.classes)}`,
    );
  const test = await resizedSet(matched, state.images);
  return {
    test,
    notes: [
      ...(loaded.notes ?? []),
      ...(dataset === config.dataset ? otherImages(state, test, limitTest) : []),
    ],
    mean,
    std,
  };
}

/** @throws UsageError for a place of images that are made on the spot */
function checkPlace(dataset: string, given: string | undefined): void {
  if (given !== undefined && (drawnDatasets as readonly string[]).includes(dataset))
    throw new UsageError(`--data-dir has no effect: the images of ${dataset} are made on the spot`);
}

/** A note, where the images are not those that the run was tested on. */
function otherImages({ data }: RunState, test: ImageSet, limit: number | undefined): string[] {
  if (!data || limit !== undefined) return [];
  const [saved, now] = [data.test, fingerprintOf(test)];
  return JSON.stringify(saved) === JSON.stringify(now)
    ? []
    : [`these ${now.count} test images are not the ${saved.count} that training was tested on`];
}
