/** Loads a trained net from its run folder, for evaluation and prediction. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkBoolean, checkObject, checkOptions, checkText } from '../check.ts';
import { classNameOf, fingerprintOf, type ImageData, type ImageSet, type TestData } from '../data/index.ts';
import { FileError, UsageError } from '../errors.ts';
import { notRunFolder } from '../runs/index.ts';
import { Generator } from '../tensor/index.ts';
import {
  checkIdentity,
  loadAverage,
  loadCheckpoint,
  readCheckpointState,
  type CheckpointState,
} from './checkpoint.ts';
import { readSavedConfig } from './config.ts';
import { checkMachine, makeModel, netIdentityOf } from './experiment.ts';
import { Learner } from './learner.ts';
import type { TrainConfig } from './settings/table.ts';
import { rejectDataDir, testImagesFor } from './test-images.ts';
import { checkPath, type PathLike } from '../io/index.ts';

export interface Trained {
  readonly config: TrainConfig;
  readonly state: CheckpointState;
  readonly learner: Learner;
  /** Whether the weights are the averaged ones. */
  readonly ema: boolean;
  /** The folder of the checkpoint. */
  readonly folder: string;
}

/** Resolves a checkpoint name: last, best, epoch-NNN, or a path. */
function checkpointFolder(run: string, checkpoint: string): string {
  const inside = join(run, 'checkpoints', checkpoint);
  if (existsSync(inside)) return inside;
  if (existsSync(join(checkpoint, 'model.safetensors'))) return checkpoint;
  throw new FileError(
    `no checkpoint ${checkpoint} in ${run}: it was not saved yet, or was removed (names: last, best, epoch-NNN)`,
  );
}

export interface LoadTrainedOptions {
  /** Load the averaged weights of a run trained with `--ema`. Default: false. */
  readonly ema?: boolean | undefined;
}

/**
 * Loads the net of a run from a checkpoint: `last`, `best` or `epoch-NNN`.
 *
 * @example
 * const { learner, config } = loadTrained('runs/NAME', 'best');
 * console.log(config.scheme, learner.model.stages.size);
 *
 * @throws UsageError if `place` is not a run folder or its run kept no averaged weights, FileError if its checkpoint is
 * missing or damaged
 */
export function loadTrained(place: PathLike, checkpoint = 'last', options: LoadTrainedOptions = {}): Trained {
  const run = checkPath('the run folder', place);
  checkText('checkpoint', checkpoint);
  checkOptions('loadTrained', options, { ema: true });
  const ema = checkBoolean('ema', options.ema) ?? false;
  const problem = notRunFolder(run);
  if (problem !== undefined) throw new UsageError(problem);
  const config = readSavedConfig(run);
  if (ema && config.ema === undefined)
    throw new UsageError(`--ema: ${run} has no averaged weights, because it was trained without --ema`);
  checkMachine(config);
  const folder = checkpointFolder(run, checkpoint);
  const state = readCheckpointState(folder);
  checkIdentity(state, netIdentityOf(config), folder);
  const model = makeModel(config, state.images, new Generator(0));
  const learner = new Learner(model, config);
  if (ema) loadAverage(folder, model);
  else loadCheckpoint(folder, model);
  return { config, state, learner, ema, folder };
}

interface TestImageOptions {
  /** A data set other than that of the training. */
  readonly dataset?: string | undefined;
  /** The folder of the data, if it has moved. */
  readonly dataDir?: string | undefined;
  /** Maximum number of test images, evenly spaced. */
  readonly limitTest?: number;
}

/** A test set with the mean and standard deviation that normalise it. */
export type TestImages = TestData & Pick<ImageData, 'mean' | 'std'>;

/**
 * Loads the images to test a trained net on, with the mean and standard deviation of its training: scaled to its
 * image size, in its colours, with labels matched to its classes by name.
 *
 * @param folder - the run folder
 * @param trained - the run, as `loadTrained` returns it
 * @throws UsageError if the classes are not those of the net, DataError if the data are missing or damaged
 */
export async function loadTestImages(
  folder: PathLike,
  trained: Trained,
  options: TestImageOptions = {},
): Promise<TestImages> {
  const run = checkPath('the run folder', folder);
  checkObject('what loadTrained returned', 'trained', trained, 'config', 'state');
  checkOptions('loadTestImages', options, { dataset: true, dataDir: true, limitTest: true });
  const { config, state } = trained;
  const { dataset = config.dataset, dataDir, limitTest } = options;
  const { height, width, channels, classes, mean, std } = state.images;
  rejectDataDir(dataset, dataDir);
  const {
    test,
    notes = [],
    severities,
  } = await testImagesFor(
    run,
    { mean, std, classes, channels, size: [height, width] },
    {
      dataset,
      dataDir: dataDir ?? (dataset === config.dataset ? config.dataDir : undefined),
      limitTest,
      allowEmptyClasses: config.allowEmptyClasses && dataset === config.dataset,
      seed: config.seed,
    },
  );
  return {
    test,
    notes: [...notes, ...(dataset === config.dataset ? otherImages(state, test, limitTest) : [])],
    mean,
    std,
    ...(severities !== undefined && { severities }),
  };
}

/** A note, if the images are not those that the run was tested on. */
function otherImages({ data }: CheckpointState, test: ImageSet, limit: number | undefined): string[] {
  if (!data || limit !== undefined) return [];
  const saved = { ...data.test, classes: data.test.classes.map(classNameOf) };
  const found = fingerprintOf(test);
  const now = { ...found, classes: found.classes.map(classNameOf) };
  return JSON.stringify(saved) === JSON.stringify(now)
    ? []
    : [`these ${now.count} test images differ from the ${saved.count} of the training`];
}
