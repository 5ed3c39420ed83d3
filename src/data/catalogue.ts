/** All data sets by name. */
import { existsSync } from 'node:fs';
import { checkOneOf } from '../check.ts';
import { DataError } from '../errors.ts';
import { locateCifar, readCifar } from './cifar.ts';
import { hasIdxSet, readIdxSet } from './idx.ts';
import { readImageFolder } from './image-folder.ts';
import { notFound } from './locate.ts';
import { pixelMoments } from './moments.ts';
import { syntheticImages } from './synthetic-images.ts';
import type { ImageData, ImageSet } from './types.ts';

export interface LoadOptions {
  readonly dataDir?: string;
  /** image-folder: side in pixels. */
  readonly imageSize?: number;
  /** synthetic-images: what is drawn. */
  readonly seed?: number;
}

interface Entry {
  readonly description: string;
  readonly images: string;
  readonly classes: string;
  /** `meanfield data fetch` can bring it. */
  readonly fetchable: boolean;
  readonly load: (options: LoadOptions) => Promise<{ train: ImageSet; test: ImageSet }>;
  /** Where it is, if it is anywhere. */
  readonly find: (dataDir: string | undefined) => string | undefined;
  /** Published mean and standard deviation of each channel; others are measured. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

const fashionClasses = [
  'T-shirt/top',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
];
/** Debian's package dataset-fashion-mnist. */
const fashionFolder = '/usr/share/datasets/fashion-mnist';

function idxFolder(dataDir: string | undefined, others: readonly string[] = []): string | undefined {
  return [...(dataDir === undefined ? [] : [dataDir]), ...others].find(
    (folder) => existsSync(folder) && hasIdxSet(folder),
  );
}

const idxEntry = (
  name: string,
  mend: string,
  others: readonly string[] = [],
  classes?: readonly string[],
): Pick<Entry, 'load' | 'find'> => ({
  load({ dataDir }) {
    const folder = idxFolder(dataDir, others);
    if (folder === undefined)
      return Promise.reject(notFound(name, [...(dataDir === undefined ? [] : [dataDir]), ...others], mend));
    const train = readIdxSet(name, folder, 'train', classes);
    // The test labels are checked against the classes of training: a net has no others.
    const test = readIdxSet(name, folder, 't10k', train.classes);
    if (test.height !== train.height || test.width !== train.width)
      throw new DataError(
        `${name} in ${folder}: training images have ${train.height} x ${train.width} pixels, test images ${test.height} x ${test.width}`,
      );
    return Promise.resolve({ train, test });
  },
  find: (dataDir) => idxFolder(dataDir, others),
});

const cifarEntry = (name: 'cifar10' | 'cifar100'): Pick<Entry, 'load' | 'find'> => ({
  load: ({ dataDir }) => readCifar(name, dataDir),
  find(dataDir) {
    try {
      return locateCifar(name, dataDir).path;
    } catch (error) {
      if (error instanceof DataError) return undefined;
      throw error;
    }
  },
});

const entries = {
  'fashion-mnist': {
    description: 'clothing, 28 x 28 gray (Xiao et al. 2017); Debian package dataset-fashion-mnist',
    images: '60,000 + 10,000',
    classes: '10',
    fetchable: false,
    mean: [0.286],
    std: [0.353],
    ...idxEntry(
      'fashion-mnist',
      'install it: apt-get install dataset-fashion-mnist, or give --data-dir with its IDX files',
      [fashionFolder],
      fashionClasses,
    ),
  },
  cifar10: {
    description: 'objects, 32 x 32 colour (Krizhevsky 2009), binary version',
    images: '50,000 + 10,000',
    classes: '10',
    fetchable: true,
    mean: [0.4914, 0.4822, 0.4465],
    std: [0.247, 0.2435, 0.2616],
    ...cifarEntry('cifar10'),
  },
  cifar100: {
    description: 'objects, 32 x 32 colour (Krizhevsky 2009), binary version, fine labels',
    images: '50,000 + 10,000',
    classes: '100',
    fetchable: true,
    mean: [0.5071, 0.4865, 0.4409],
    std: [0.2673, 0.2564, 0.2762],
    ...cifarEntry('cifar100'),
  },
  idx: {
    description: 'any IDX files in --data-dir, as MNIST has them (train-images-idx3-ubyte, .gz or not)',
    images: 'any',
    classes: 'any',
    fetchable: false,
    ...idxEntry(
      'idx',
      'give --data-dir with train-images-idx3-ubyte, train-labels-idx1-ubyte and the same for t10k',
    ),
  },
  'image-folder': {
    description: 'PNG, JPEG or WebP files: DIR/train/<class>/*, DIR/test/<class>/*',
    images: 'any',
    classes: 'a folder each',
    fetchable: false,
    load: ({ dataDir, imageSize }) => readImageFolder(dataDir, imageSize),
    find: () => undefined,
  },
  'synthetic-images': {
    description: 'waves in noise, 16 x 16 gray, made on the spot; for first runs',
    images: '2,048 + 512',
    classes: '4',
    fetchable: false,
    load: ({ seed = 0 }) => Promise.resolve(syntheticImages({ seed })),
    find: () => 'made on the spot',
  },
} as const satisfies Record<string, Entry>;

export type DatasetName = keyof typeof entries;
export const datasetNames = Object.keys(entries) as DatasetName[];

/** @throws UsageError for an unknown name, DataError if the data is missing or damaged */
export async function loadImages(name: string, options: LoadOptions = {}): Promise<ImageData> {
  const entry: Entry = entries[checkOneOf('dataset', name, datasetNames)];
  const { train, test } = await entry.load(options);
  const moments = entry.mean && entry.std ? { mean: entry.mean, std: entry.std } : pixelMoments(train);
  return { train, test, ...moments };
}

export interface DatasetFacts {
  readonly name: DatasetName;
  readonly description: string;
  readonly images: string;
  readonly classes: string;
  readonly fetchable: boolean;
  readonly found: string | undefined;
}

/** What there is, and where it was found. */
export function listDatasets(dataDir?: string): DatasetFacts[] {
  return datasetNames.map((name) => {
    const { description, images, classes, fetchable, find }: Entry = entries[name];
    return { name, description, images, classes, fetchable, found: find(dataDir) };
  });
}
