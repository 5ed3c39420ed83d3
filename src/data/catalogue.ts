/** All data sets by name. */
import { existsSync } from 'node:fs';
import { checkOneOf, checkOptions, oneLine } from '../check.ts';
import { DataError, UsageError } from '../errors.ts';
import { readCifar, readCifarTest } from './cifar.ts';
import type { CifarName } from './cifar-layouts.ts';
import { missingClasses } from './class-names.ts';
import { locateCifar } from './cifar-locate.ts';
import { fetchHint } from './fetch-hint.ts';
import { holdOut } from './hold-out.ts';
import { findIdxSet, type IdxSetName, loadIdxSet } from './idx-sets.ts';
import {
  findImageFolder,
  type ImageFolderOptions,
  readImageFolder,
  readImageFolderTest,
} from './image-folder.ts';
import { type Layout, layouts } from './layouts.ts';
import { limited } from './limit.ts';
import { findNpyImages, throwTestOnly, readNpyImages } from './npy-images.ts';
import { pixelMoments } from './moments.ts';
import {
  type DatasetName,
  datasetNames,
  generatedDatasets,
  folderDatasets,
  resizableDatasets,
  testOnlyDatasets,
} from './names.ts';
import { sources } from './sources.ts';
import { syntheticImages, type SyntheticOptions } from './synthetic-images.ts';
import type { ImageData, TestData } from './types.ts';
import { checkPath, type PathLike } from '../io/index.ts';

export interface LoadOptions extends ImageFolderOptions {
  readonly dataDir?: PathLike | undefined;
  /** Maximum number of training images, evenly spaced over the set. */
  readonly limitTrain?: number;
  /** Maximum number of test images. */
  readonly limitTest?: number;
  /** Number of training images held out for validation; 0: none. */
  readonly valSplit?: number;
  /** npy: the class names, which its files do not contain. */
  readonly classes?: readonly string[];
  /** synthetic-images: the seed of the images. */
  readonly seed?: number;
  /** synthetic-images: counts, channels and classes. */
  readonly synthetic?: Omit<SyntheticOptions, 'seed'>;
}

/** With file URLs resolved to paths. */
type Checked = Omit<LoadOptions, 'dataDir'> & { readonly dataDir?: string };

type Loaded = Pick<ImageData, 'train' | 'validation' | 'test' | 'notes'>;

interface Entry {
  readonly description: string;
  readonly images: string;
  readonly classes: string;
  readonly load: (options: Checked) => Promise<Loaded>;
  /** The test set alone, if it can be read alone. */
  readonly loadTest?: (options: Checked) => Promise<TestData>;
  /** Where the set is, if anywhere. */
  readonly find: (dataDir: string | undefined) => string | undefined;
  /** Published mean and standard deviation of each channel; measured if absent. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

const idxEntry = (name: IdxSetName): Pick<Entry, 'load' | 'find'> => ({
  // Asynchronous, so that errors are rejections as for the other sets.
  load: async ({ dataDir }) => Promise.resolve(loadIdxSet(name, dataDir)),
  find: (dataDir) => findIdxSet(name, dataDir),
});

const cifarEntry = (name: CifarName): Pick<Entry, 'load' | 'loadTest' | 'find'> => ({
  load: ({ dataDir }) => readCifar(name, dataDir),
  loadTest: ({ dataDir }) => readCifarTest(name, dataDir),
  find(dataDir) {
    try {
      return locateCifar(name, dataDir).path;
    } catch (error) {
      if (error instanceof DataError) return undefined;
      throw error;
    }
  },
});

const entries: Readonly<Record<DatasetName, Entry>> = {
  'fashion-mnist': {
    description: 'clothing, 28 x 28 gray (Xiao et al. 2017); Debian package dataset-fashion-mnist',
    images: '60,000 + 10,000',
    classes: '10',
    mean: [0.286],
    std: [0.353],
    ...idxEntry('fashion-mnist'),
  },
  mnist: {
    description: 'handwritten digits, 28 x 28 gray (LeCun et al. 1998)',
    images: '60,000 + 10,000',
    classes: '10',
    mean: [0.1307],
    std: [0.3081],
    ...idxEntry('mnist'),
  },
  cifar10: {
    description: 'objects, 32 x 32 colour (Krizhevsky 2009); binary, Python or Parquet version',
    images: '50,000 + 10,000',
    classes: '10',
    mean: [0.4914, 0.4822, 0.4465],
    std: [0.247, 0.2435, 0.2616],
    ...cifarEntry('cifar10'),
  },
  cifar100: {
    description: 'objects, 32 x 32 colour (Krizhevsky 2009), fine labels; the same versions as cifar10',
    images: '50,000 + 10,000',
    classes: '100',
    mean: [0.5071, 0.4865, 0.4409],
    std: [0.2673, 0.2564, 0.2762],
    ...cifarEntry('cifar100'),
  },
  idx: {
    description: 'IDX files in --data-dir, in the format of MNIST (train-images-idx3-ubyte, .gz or not)',
    images: 'any',
    classes: 'any',
    ...idxEntry('idx'),
  },
  'image-folder': {
    description: 'image files: DIR/train/<class>/*, DIR/test/<class>/*, and DIR/val/<class>/* for validation',
    images: 'any',
    classes: 'one per folder',
    load: ({ dataDir, ...options }) => readImageFolder(dataDir, options),
    loadTest: ({ dataDir, ...options }) => readImageFolderTest(dataDir, options),
    find: findImageFolder,
  },
  npy: {
    description:
      'test images in .npy files for evaluate, such as CIFAR-10.1 and CIFAR-10-C; --data-dir is the file',
    images: 'any',
    classes: 'of the net',
    // Asynchronous, so that errors are rejections as for the other sets.
    load: async () => Promise.resolve(throwTestOnly()),
    loadTest: async ({ dataDir, classes }) => Promise.resolve(readNpyImages(dataDir, classes)),
    find: findNpyImages,
  },
  'synthetic-images': {
    description: 'generated waves in noise, 16 x 16 gray; for first runs',
    images: '2,048 + 512',
    classes: '4',
    async load({ seed = 0, imageSize, channels, synthetic }) {
      const [height, width] = typeof imageSize === 'number' ? [imageSize, imageSize] : (imageSize ?? []);
      return Promise.resolve(
        syntheticImages({
          ...(height !== undefined && { height }),
          ...(width !== undefined && { width }),
          ...(channels !== undefined && { channels }),
          ...synthetic,
          seed,
        }),
      );
    },
    find: () => 'generated',
  },
};

/** @throws UsageError for an option that no set takes, or that this one does not */
function checked(call: string, name: DatasetName, options: LoadOptions): Checked {
  checkOptions(call, options, {
    dataDir: true,
    limitTrain: true,
    limitTest: true,
    valSplit: true,
    classes: true,
    seed: true,
    synthetic: true,
    imageSize: true,
    channels: true,
    allowEmptyClasses: true,
  });
  const { imageSize, channels, allowEmptyClasses, dataDir, ...others } = options;
  if (!resizableDatasets.includes(name) && (imageSize !== undefined || channels !== undefined))
    throw new UsageError(
      `${name} has a fixed image size and channels: they can be set only for ${resizableDatasets.join(' and ')}`,
    );
  if (!folderDatasets.includes(name) && allowEmptyClasses)
    throw new UsageError(
      `${name} has fixed classes: empty ones are allowed only for ${folderDatasets.join(' and ')}`,
    );
  return {
    ...others,
    ...(imageSize !== undefined && { imageSize }),
    ...(channels !== undefined && { channels }),
    ...(allowEmptyClasses !== undefined && { allowEmptyClasses }),
    ...(dataDir !== undefined && { dataDir: checkPath('dataDir', dataDir) }),
  };
}

/** @throws DataError for a folder or file that does not exist */
function rejectDataDir(name: DatasetName, dataDir: string | undefined): void {
  if (dataDir === undefined || generatedDatasets.includes(name) || existsSync(dataDir)) return;
  const mend = name in sources ? fetchHint(name, dataDir) : 'give its folder with --data-dir';
  throw new DataError(`${name} not found: ${oneLine(dataDir)} does not exist; ${mend}`);
}

/**
 * Loads a data set: images as bytes [N, H, W, C] and class numbers from 0, with the mean and standard deviation of each
 * channel.
 *
 * @example
 * const { train, test, mean, std } = await loadImages('cifar10', { dataDir: 'data' });
 * console.log(train.count, test.classes, mean, std);
 *
 * @throws UsageError for an unknown name or an option that the set does not take, DataError if the data is missing or damaged
 */
export async function loadImages(name: string, options: LoadOptions = {}): Promise<ImageData> {
  const dataset = checkOneOf('dataset', name, datasetNames);
  const entry = entries[dataset];
  const own = checked('loadImages', dataset, options);
  const { limitTrain, limitTest, valSplit = 0 } = own;
  if (!testOnlyDatasets.includes(dataset)) rejectDataDir(dataset, own.dataDir);
  const whole = await entry.load(own);
  const train = limited('limitTrain', whole.train, limitTrain);
  const test = limited('limitTest', whole.test, limitTest);
  if (valSplit > 0 && whole.validation)
    throw new UsageError(
      `--val-split holds out training images, but ${name} has ${whole.validation.count} validation images: omit --val-split`,
    );
  const split = valSplit === 0 ? undefined : holdOut(train, valSplit);
  const trained = split?.kept ?? train;
  const validation = split?.heldOut ?? whole.validation;
  const moments = entry.mean && entry.std ? { mean: entry.mean, std: entry.std } : pixelMoments(trained);
  const notes = [...(whole.notes ?? []), ...missingClasses(whole)];
  return { train: trained, test, ...(validation && { validation }), ...moments, notes };
}

/**
 * The test set alone; the training images may be missing if the set can be read without them.
 *
 * @throws as {@link loadImages}
 */
export async function loadTestSet(name: string, options: LoadOptions = {}): Promise<TestData> {
  const dataset = checkOneOf('dataset', name, datasetNames);
  const own = checked('loadTestSet', dataset, options);
  rejectDataDir(dataset, own.dataDir);
  const entry = entries[dataset];
  const loaded: TestData = await (entry.loadTest ?? entry.load)(own);
  const { test: whole, notes = [], severities } = loaded;
  const test = limited('limitTest', whole, own.limitTest);
  return {
    test,
    notes: [...notes, ...missingClasses({ test: whole })],
    ...(severities !== undefined && test === whole && { severities }),
  };
}

export interface DatasetFacts {
  readonly name: DatasetName;
  readonly description: string;
  readonly images: string;
  readonly classes: string;
  /** Whether `meanfield data fetch` can download it. */
  readonly fetchable: boolean;
  readonly found: string | undefined;
  /** The files it is read from. */
  readonly layouts: readonly Layout[];
}

/**
 * All data sets, and where each was found.
 *
 * @example
 * for (const { name, found } of listDatasets('data')) console.log(name, found ?? 'not found');
 */
export function listDatasets(where?: PathLike): DatasetFacts[] {
  const dataDir = where === undefined ? undefined : checkPath('dataDir', where);
  return datasetNames.map((name) => {
    const { description, images, classes, find } = entries[name];
    return {
      ...{ name, description, images, classes, layouts: layouts[name] },
      ...{ fetchable: name in sources, found: find(dataDir) },
    };
  });
}
