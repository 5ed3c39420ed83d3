/** The data sets of IDX files, by name: possible locations and class names. */
import { join } from 'node:path';
import { DataError } from '../errors.ts';
import { hasIdxSet, isWholeIdxSet, readIdxSet } from './idx.ts';
import { notFound } from './locate.ts';
import type { ImageSet } from './types.ts';
import { fetchHint } from './fetch-hint.ts';

interface IdxSet {
  /** Folders below --data-dir to search, besides --data-dir itself. */
  readonly folders: readonly string[];
  /** Absolute folders to search. */
  readonly places: readonly string[];
  /** How to get it. */
  readonly mend: (dataDir: string | undefined) => string;
  /** Absent: the labels themselves. */
  readonly classes?: readonly string[];
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

const idxSets = {
  'fashion-mnist': {
    // The second is the folder of torchvision.
    folders: ['fashion-mnist', join('FashionMNIST', 'raw')],
    // Debian's package dataset-fashion-mnist.
    places: ['/usr/share/datasets/fashion-mnist'],
    mend: (dataDir) =>
      `install it: apt-get install dataset-fashion-mnist, or ${fetchHint('fashion-mnist', dataDir)}`,
    classes: fashionClasses,
  },
  mnist: {
    folders: ['mnist', join('MNIST', 'raw')],
    places: [],
    mend: (dataDir) => fetchHint('mnist', dataDir),
    classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
  },
  idx: {
    folders: [],
    places: [],
    mend: () => 'give --data-dir with train-images-idx3-ubyte, train-labels-idx1-ubyte and the same for t10k',
  },
} as const satisfies Record<string, IdxSet>;

export type IdxSetName = keyof typeof idxSets;

function placesOf(
  name: IdxSetName,
  dataDir: string | undefined,
  places: readonly string[] = idxSets[name].places,
): string[] {
  const { folders }: IdxSet = idxSets[name];
  const inside = dataDir === undefined ? [] : [...folders.map((folder) => join(dataDir, folder)), dataDir];
  return [...inside, ...places];
}

/**
 * The first folder that has the set, or a part of it if none has all.
 *
 * @param places - folders to search besides those in `dataDir`; default: those of the system
 */
export function findIdxSet(
  name: IdxSetName,
  dataDir: string | undefined,
  places?: readonly string[],
): string | undefined {
  const all = placesOf(name, dataDir, places);
  return all.find(isWholeIdxSet) ?? all.find(hasIdxSet);
}

/** @throws DataError if it is missing or damaged, or its test set does not match its training set */
export function loadIdxSet(
  name: IdxSetName,
  dataDir: string | undefined,
): { train: ImageSet; test: ImageSet } {
  const { mend, classes }: IdxSet = idxSets[name];
  const folder = findIdxSet(name, dataDir);
  if (folder === undefined) throw notFound(name, placesOf(name, dataDir), mend(dataDir));
  const train = readIdxSet(name, folder, 'train', classes);
  // The test labels are checked against the training classes: a net has no others.
  const test = readIdxSet(name, folder, 't10k', train.classes);
  if (test.height !== train.height || test.width !== train.width)
    throw new DataError(
      `${name} in ${folder}: training images have ${train.height} x ${train.width} pixels, test images ${test.height} x ${test.width}`,
    );
  return { train, test };
}
