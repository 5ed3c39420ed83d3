/** Creates the data, model and learner of a configuration. */
import { checkObject } from '../check.ts';
import { UsageError, MissingEnvironmentError } from '../errors.ts';
import {
  type ImageData,
  type ImageSet,
  loadImages,
  type LoadOptions,
  loadTestSet,
  type TestData,
} from '../data/index.ts';
import type { CifarResNet } from '../models/index.ts';
import { createModel } from '../models/index.ts';
import { cpuHasBf16, libraryFacts } from '../native/index.ts';
import { Generator } from '../tensor/index.ts';
import { loadBlockFile } from './block-file.ts';
import type { CheckpointState } from './checkpoint.ts';
import { checkConfig, type TrainConfig } from './settings/table.ts';
import { type NetImages, testImagesFor } from './test-images.ts';
import { type DataIdentity, dataIdentityOf } from './data-identity.ts';
import { type ImportedWeights, importWeights } from './import-weights.ts';
import { Learner } from './learner.ts';
import { WeightAverage } from './weight-average.ts';

export interface Experiment {
  readonly config: TrainConfig;
  readonly data: ImageData;
  readonly dataIdentity: DataIdentity;
  readonly learner: Learner;
  /** With `--ema`. */
  readonly average?: WeightAverage;
  /** Draws the initial weights. */
  readonly generator: Generator;
  readonly identity: CheckpointState['identity'];
}

/** @throws MissingEnvironmentError if the machine lacks what the configuration needs. */
export function checkMachine({ device, amp, dtype }: Pick<TrainConfig, 'device' | 'amp' | 'dtype'>): void {
  if (amp && dtype === 'f64')
    throw new UsageError('--amp computes in bf16 and cannot be used with --dtype f64');
  const facts = libraryFacts();
  if (device.startsWith('cuda') && facts.cudaDevices === 0)
    throw new MissingEnvironmentError(
      `--device ${device}: this libtorch (${facts.version}, ${facts.path}) finds no CUDA device; use --device cpu`,
    );
  if (amp && device === 'cpu' && !cpuHasBf16())
    throw new MissingEnvironmentError(
      '--amp: this CPU has no bf16 instructions (avx512_bf16 or amx_bf16), so bf16 would be slower than f32; omit --amp',
    );
}

/** The settings on which a checkpoint and the net that loads it must agree. */
export function netIdentityOf({
  model,
  width,
  block,
  scheme,
  reorder,
  dtype,
}: TrainConfig): CheckpointState['identity'] {
  return {
    ...{ model, width, scheme, reorder, dtype },
    ...(block !== undefined && { block: loadBlockFile(block).sha256 }),
  };
}

/** The identity of a configuration, with the properties of the data that shape the net. */
function identityOf(config: TrainConfig, { train }: ImageData): CheckpointState['identity'] {
  return { ...netIdentityOf(config), channels: train.channels, classes: train.classes.length };
}

/** Creates the model of a configuration with new random weights. */
export function makeModel(
  config: TrainConfig,
  images: Pick<ImageSet, 'channels' | 'classes'>,
  generator: Generator,
): CifarResNet {
  checkConfig(config);
  checkObject('images, as loadImages gives them,', 'images', images, 'channels', 'classes');
  return createModel(
    config.model,
    {
      width: config.width,
      shortcut: config.shortcut,
      ownBlock: config.block === undefined ? undefined : loadBlockFile(config.block).block,
      inChannels: images.channels,
      classes: images.classes.length,
      schedule: {
        scheme: config.scheme,
        reorder: config.reorder,
        start: config.tauStart,
        last: config.lastTau,
      },
      dtype: config.dtype,
      device: config.device,
    },
    generator,
  );
}

function averageOf(config: TrainConfig, images: ImageSet): WeightAverage | undefined {
  if (config.ema === undefined) return undefined;
  return new WeightAverage(makeModel(config, images, new Generator(config.seed)), config.ema);
}

type Moments = Pick<ImageData, 'mean' | 'std'>;

/** Applies the mean and standard deviation of the configuration, if set, to the data. */
function normalisedBy<D extends TestData & Partial<Moments>>(data: D, config: TrainConfig): D & Moments {
  const { channels } = data.test;
  const [mean = [], std = []] = [config.mean ?? data.mean, config.std ?? data.std];
  for (const [flag, values] of Object.entries({ mean, std }))
    if (values.length !== channels)
      throw new UsageError(
        `--${flag} has ${values.length} numbers, the images have ${channels} channel${channels > 1 ? 's' : ''}`,
      );
  return { ...data, mean, std };
}

/** @throws UsageError if augmentation can erase an image: a cutout that covers it, or a crop that misses it */
function checkAugmentation({ pad, cutout }: TrainConfig, { height, width }: ImageSet): void {
  if (pad >= Math.min(height, width))
    throw new UsageError(
      `--pad ${pad} allows crops without a pixel of the image: the images have ${height} x ${width} pixels; give at most ${Math.min(height, width) - 1}`,
    );
  if (cutout >= 2 * Math.max(height, width))
    throw new UsageError(
      `--cutout ${cutout} erases every image: the images have ${height} x ${width} pixels; give at most ${Math.min(height, width)}`,
    );
}

/** @throws UsageError for a batch, or the batches of a step, of more images than there are */
function checkBatchSize({ batchSize, accumulate = 1, dataset }: TrainConfig, { count }: ImageSet): void {
  const tooLarge = (what: string): UsageError =>
    new UsageError(`${what} larger than the training set of ${dataset} (${count} images)`);
  if (batchSize > count) throw tooLarge(`--batch-size ${batchSize} is`);
  if (batchSize * accumulate > count)
    throw tooLarge(`--accumulate ${accumulate} batches of ${batchSize} images are`);
}

/**
 * Replaces the initial weights by those of `--initial-checkpoint`, if set.
 *
 * @throws FileError for a damaged file, UsageError for weights of another net
 */
export async function startFromWeights(
  experiment: Pick<Experiment, 'config' | 'learner'>,
): Promise<ImportedWeights | undefined> {
  checkObject('what createExperiment returned', 'experiment', experiment, 'config', 'learner');
  const { config, learner } = experiment;
  if (config.initialCheckpoint === undefined) return undefined;
  return importWeights(config.initialCheckpoint, learner.model, {
    model: `${config.model} of width ${config.width}${config.shortcut === undefined ? '' : ` with ${config.shortcut} shortcuts`}`,
    style: config.keyStyle,
    stateDict: config.stateDict,
  });
}

const loadOptions = ({
  dataDir,
  imageSize,
  channels,
  allowEmptyClasses,
  seed,
}: TrainConfig): LoadOptions => ({
  ...(dataDir !== undefined && { dataDir }),
  ...(imageSize !== undefined && { imageSize }),
  ...(channels !== undefined && { channels }),
  allowEmptyClasses,
  seed,
});

/** The parts needed to test a net of a configuration. */
type TestExperiment = Pick<Experiment, 'config' | 'learner'> & { readonly data: TestData & Moments };

/**
 * Loads the test images and creates the model. The training images are read only if their mean and standard deviation
 * are needed.
 *
 * @param recorded - the image format recorded in the weights file
 * @throws the named errors of each part
 */
export async function createTestExperiment(
  config: TrainConfig,
  recorded?: NetImages,
): Promise<TestExperiment> {
  checkConfig(config);
  checkMachine(config);
  if (recorded) return testExperimentOf(config, await recordedData(config, recorded));
  if (!config.mean || !config.std) return createExperiment(config);
  return testExperimentOf(config, await loadTestSet(config.dataset, loadOptions(config)));
}

async function recordedData(config: TrainConfig, images: NetImages): Promise<TestData & Moments> {
  const { initialCheckpoint: file = config.model } = config;
  return { ...(await testImagesFor(file, images, config)), mean: images.mean, std: images.std };
}

function testExperimentOf(config: TrainConfig, loaded: TestData & Partial<Moments>): TestExperiment {
  const data = normalisedBy(loaded, config);
  const learner = new Learner(makeModel(config, data.test, new Generator(config.seed)), config);
  return { config, data, learner };
}

/**
 * Loads the data and creates the model.
 *
 * @param checkData - called as soon as the data are identified
 * @throws the named errors of each part
 */
export async function createExperiment(
  config: TrainConfig,
  checkData?: (data: DataIdentity) => void,
): Promise<Experiment> {
  checkConfig(config);
  checkMachine(config);
  const loaded = await loadImages(config.dataset, { ...loadOptions(config), valSplit: config.valSplit });
  const dataIdentity = dataIdentityOf(loaded);
  checkData?.(dataIdentity);
  const data = normalisedBy(loaded, config);
  checkAugmentation(config, data.train);
  checkBatchSize(config, data.train);
  const generator = new Generator(config.seed);
  const learner = new Learner(makeModel(config, data.train, generator), config);
  const average = averageOf(config, data.train);
  const identity = identityOf(config, data);
  return { config, data, dataIdentity, learner, generator, identity, ...(average && { average }) };
}
