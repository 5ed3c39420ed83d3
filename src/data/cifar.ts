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

async function readFiles(layout: Layout, dataDir: string | undefined): Promise<Map<string, Uint8Array>> {
  const { kind, path } = locateCifar(layout.name, dataDir);
  const wanted = new Set([...layout.train, ...layout.test, layout.classesFile]);
  const files = new Map<string, Uint8Array>();
  if (kind === 'folder') {
    for (const name of wanted)
      if (existsSync(join(path, name))) files.set(name, readFileSync(join(path, name)));
  } else {
    for await (const { name, bytes } of entriesOfArchive(createReadStream(path), path, (entry) =>
      wanted.has(basename(entry)),
    ))
      files.set(basename(name), bytes);
  }
  for (const name of [...layout.train, ...layout.test])
    if (!files.has(name))
      throw new DataError(
        `${layout.name}: ${name} is missing in ${path}; fetch it again: meanfield data fetch ${layout.name}`,
      );
  return files;
}

function classNames({ classes, classesFile }: Layout, files: ReadonlyMap<string, Uint8Array>): string[] {
  const text = files.get(classesFile);
  const names = text
    ? Buffer.from(text)
        .toString('utf8')
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean)
    : [];
  return names.length === classes ? names : Array.from({ length: classes }, (_, c) => String(c));
}

/** Planar records to channels-last images and labels. */
function decode(
  layout: Layout,
  names: readonly string[],
  files: ReadonlyMap<string, Uint8Array>,
  classes: readonly string[],
): ImageSet {
  const record = layout.labelBytes + channels * plane;
  const parts = names.map((name) => {
    const bytes = files.get(name) ?? new Uint8Array();
    if (bytes.length === 0 || bytes.length % record !== 0)
      throw new DataError(
        `${name} is truncated or not ${layout.name}: its ${bytes.length} bytes are no multiple of the record of ${record} bytes; fetch it again: meanfield data fetch ${layout.name}`,
      );
    return { name, bytes, count: bytes.length / record };
  });
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const images = new Uint8Array(count * channels * plane);
  const labels = new Int32Array(count);
  let at = 0;
  for (const { name, bytes, count: records } of parts) {
    for (let i = 0; i < records; i++) {
      labels[at + i] = bytes[i * record + layout.labelAt] ?? 0;
      interleave(bytes, i * record + layout.labelBytes, images, (at + i) * channels * plane);
    }
    checkLabels(labels.subarray(at, at + records), layout.classes, name);
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
  const files = await readFiles(layout, dataDir);
  const classes = classNames(layout, files);
  return {
    train: decode(layout, layout.train, files, classes),
    test: decode(layout, layout.test, files, classes),
  };
}
