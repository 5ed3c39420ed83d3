/**
 * CIFAR-10 and CIFAR-100 in the official binary layout: records of label bytes and 3072 planar pixels, in a
 * folder or in the official .tar.gz, which is read as a stream.
 */
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { entriesOfArchive } from '../io/index.ts';
import { DataError } from '../errors.ts';
import { checkLabels } from './labels.ts';
import { notFound } from './locate.ts';
import type { ImageSet } from './types.ts';

const side = 32;
const plane = side * side;
const channels = 3;

interface Layout {
  readonly name: 'cifar10' | 'cifar100';
  readonly folder: string;
  readonly archive: string;
  readonly train: readonly string[];
  readonly test: readonly string[];
  readonly classesFile: string;
  /** Bytes before the pixels, and which of them is the label. */
  readonly labelBytes: number;
  readonly labelAt: number;
  readonly classes: number;
}

export const cifarLayouts: Readonly<Record<'cifar10' | 'cifar100', Layout>> = {
  cifar10: {
    name: 'cifar10',
    folder: 'cifar-10-batches-bin',
    archive: 'cifar-10-binary.tar.gz',
    train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
    test: ['test_batch.bin'],
    classesFile: 'batches.meta.txt',
    labelBytes: 1,
    labelAt: 0,
    classes: 10,
  },
  cifar100: {
    name: 'cifar100',
    folder: 'cifar-100-binary',
    archive: 'cifar-100-binary.tar.gz',
    train: ['train.bin'],
    test: ['test.bin'],
    classesFile: 'fine_label_names.txt',
    labelBytes: 2,
    labelAt: 1,
    classes: 100,
  },
};

/** Where the files are: a folder of them, or the archive. */
export function locateCifar(
  name: 'cifar10' | 'cifar100',
  dataDir: string | undefined,
): { kind: 'folder' | 'archive'; path: string } {
  const { folder, archive, train } = cifarLayouts[name];
  const fetch = `fetch it: meanfield data fetch ${name} --data-dir DIR`;
  if (dataDir === undefined) throw notFound(name, [], `${fetch}, then --data-dir DIR`);
  if (existsSync(dataDir) && statSync(dataDir).isFile()) return { kind: 'archive', path: dataDir };
  for (const path of [join(dataDir, folder), dataDir])
    if (existsSync(join(path, train[0] ?? ''))) return { kind: 'folder', path };
  if (existsSync(join(dataDir, archive))) return { kind: 'archive', path: join(dataDir, archive) };
  const incomplete = [join(dataDir, folder), dataDir].find(
    (path) => existsSync(path) && readdirSync(path).some((file) => file.endsWith('.bin')),
  );
  if (incomplete) throw new DataError(`${name}: ${join(incomplete, train[0] ?? '')} is missing; ${fetch}`);
  throw notFound(name, [join(dataDir, folder), dataDir, join(dataDir, archive)], fetch);
}

/** The files of a data set: read one at a time, since all of them together take as much memory as the images. */
interface Files {
  /** For errors: the path of a file, or where in the archive it is. */
  readonly where: (name: string) => string;
  readonly has: (name: string) => boolean;
  readonly size: (name: string) => number;
  /** The bytes, which are then forgotten. */
  readonly take: (name: string) => Uint8Array;
}

function filesOfFolder(folder: string): Files {
  const where = (name: string): string => join(folder, name);
  return {
    where,
    has: (name) => existsSync(where(name)),
    size: (name) => statSync(where(name)).size,
    take: (name) => readFileSync(where(name)),
  };
}

async function filesOfArchive(path: string, wanted: ReadonlySet<string>): Promise<Files> {
  const files = new Map<string, Uint8Array>();
  const entries = entriesOfArchive(createReadStream(path), path, (entry) => wanted.has(basename(entry)));
  for await (const { name, bytes } of entries) files.set(basename(name), bytes);
  return {
    where: (name) => `${name} in ${path}`,
    has: (name) => files.has(name),
    size: (name) => files.get(name)!.length,
    take: (name) => {
      const bytes = files.get(name)!;
      files.delete(name);
      return bytes;
    },
  };
}

/** Those of the file beside the data, else numbers. */
function classNames({ classes, classesFile }: Layout, { has, take }: Files): string[] {
  const text = has(classesFile) ? Buffer.from(take(classesFile)).toString('utf8') : '';
  const names = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return names.length === classes ? names : Array.from({ length: classes }, (_, c) => String(c));
}

/** Planar records to channels-last images and labels. */
function decode(
  layout: Layout,
  names: readonly string[],
  { where, size, take }: Files,
  classes: readonly string[],
): ImageSet {
  const record = layout.labelBytes + channels * plane;
  const count = names.reduce((sum, name) => sum + Math.floor(size(name) / record), 0);
  const images = new Uint8Array(count * channels * plane);
  const labels = new Int32Array(count);
  let at = 0;
  for (const name of names) {
    const bytes = take(name);
    if (bytes.length === 0 || bytes.length % record !== 0)
      throw new DataError(
        `${where(name)} is truncated or not ${layout.name}: its ${bytes.length} bytes are no multiple of the record of ${record} bytes; fetch it again: meanfield data fetch ${layout.name}`,
      );
    const records = bytes.length / record;
    for (let i = 0; i < records; i++) {
      labels[at + i] = bytes[i * record + layout.labelAt]!;
      interleave(bytes, i * record + layout.labelBytes, images, (at + i) * channels * plane);
    }
    checkLabels(labels.subarray(at, at + records), layout.classes, where(name));
    at += records;
  }
  return { name: layout.name, images, labels, count, height: side, width: side, channels, classes };
}

/** One image from planes [C, H, W] to [H, W, C]. */
function interleave(source: Uint8Array, from: number, target: Uint8Array, to: number): void {
  for (let pixel = 0, out = to; pixel < plane; pixel++, out += channels) {
    target[out] = source[from + pixel]!;
    target[out + 1] = source[from + plane + pixel]!;
    target[out + 2] = source[from + 2 * plane + pixel]!;
  }
}

/** Training and test set. @throws DataError that says what is missing, truncated or out of range */
export async function readCifar(
  name: 'cifar10' | 'cifar100',
  dataDir: string | undefined,
): Promise<{ train: ImageSet; test: ImageSet }> {
  const layout = cifarLayouts[name];
  const { kind, path } = locateCifar(name, dataDir);
  const wanted = new Set([...layout.train, ...layout.test, layout.classesFile]);
  const files = kind === 'folder' ? filesOfFolder(path) : await filesOfArchive(path, wanted);
  const missing = [...layout.train, ...layout.test].find((file) => !files.has(file));
  if (missing !== undefined)
    throw new DataError(
      `${name}: ${files.where(missing)} is missing; fetch it again: meanfield data fetch ${name}`,
    );
  const classes = classNames(layout, files);
  return {
    train: decode(layout, layout.train, files, classes),
    test: decode(layout, layout.test, files, classes),
  };
}
