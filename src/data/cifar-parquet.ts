/** CIFAR-10 and CIFAR-100 as published by Hugging Face: Parquet files with a PNG file and a label per row. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { AsyncBuffer, Compressors, FileMetaData, ParquetRow } from 'hyparquet';
import { DataError } from '../errors.ts';
import { isFolder } from '../io/index.ts';
import { cifarClassNames } from './cifar-class-names.ts';
import { cifarBytes, cifarChannels, cifarLayouts, type CifarName, cifarSide } from './cifar-layouts.ts';
import { decodeImageBytes } from './image-file.ts';
import { checkLabels } from './labels.ts';
import type { ImageSet } from './types.ts';
import { fetchHint } from './fetch-hint.ts';

/** The files of each part, in order. */
export interface ParquetParts {
  readonly train: readonly string[];
  readonly test: readonly string[];
}

const imageColumns = ['img', 'image', 'images'];
const labelColumns: Readonly<Record<CifarName, readonly string[]>> = {
  cifar10: ['label', 'labels'],
  cifar100: ['fine_label', 'fine_labels', 'label'],
};

const tenClasses = cifarLayouts.cifar10.binary.classes;

const namesIn = (folder: string): string[] => (isFolder(folder) ? readdirSync(folder).sort() : []);

/** In a clone of the published repository, its copy in the hub cache, or the folder of the files. */
function foldersOf(name: CifarName, dataDir: string): string[] {
  const cached = namesIn(dataDir)
    .filter((one) => new RegExp(`^datasets--.*--${name}$`).test(one))
    .flatMap((one) =>
      namesIn(join(dataDir, one, 'snapshots')).map((hash) => join(dataDir, one, 'snapshots', hash)),
    );
  const roots = [dataDir, join(dataDir, name), ...cached];
  return roots.flatMap((root) => [
    root,
    ...['plain_text', name, 'data', 'default'].map((folder) => join(root, folder)),
  ]);
}

export function findCifarParquet(
  name: CifarName,
  dataDir: string,
): { readonly kind: 'parquet'; readonly path: string; readonly parts: ParquetParts } | undefined {
  for (const path of foldersOf(name, dataDir.endsWith('.parquet') ? dirname(dataDir) : dataDir)) {
    const parts = { train: filesOfPart(path, 'train'), test: filesOfPart(path, 'test') };
    if (parts.train.length + parts.test.length > 0) return { kind: 'parquet', path, parts };
  }
  return undefined;
}

/** `train-00000-of-00001.parquet`, or `train/0000.parquet` as converted by the hub. */
function filesOfPart(folder: string, part: string): string[] {
  const named = namesIn(folder).filter((file) =>
    new RegExp(`(^|[-_.])${part}([-_.].*)?\\.parquet$`).test(file),
  );
  const inside = named.length > 0 ? [] : namesIn(join(folder, part));
  return [
    ...named,
    ...inside.filter((file) => file.endsWith('.parquet')).map((file) => join(part, file)),
  ].map((file) => join(folder, file));
}

/** `-00001-of-00003`: index and total. */
function checkShards(name: CifarName, paths: readonly string[]): void {
  const shards = paths.flatMap((path) => {
    const found = /^(.*-)(\d+)-of-(\d+)(\.parquet)$/.exec(path);
    return found ? [{ path, start: found[1]!, at: found[2]!, of: found[3]!, end: found[4]! }] : [];
  });
  const [first] = shards;
  if (!first) return;
  const other = shards.find(({ of, start }) => of !== first.of || start !== first.start);
  const odd = other?.path ?? paths.find((path) => !shards.some((shard) => shard.path === path));
  if (odd !== undefined)
    throw new DataError(
      `${name}: ${first.path} and ${odd} are two copies of one part: move one of them away`,
    );
  const there = new Set(shards.map(({ at }) => Number(at)));
  for (let i = 0; i < Number(first.of); i++)
    if (!there.has(i))
      throw new DataError(
        `${name}: ${first.start}${String(i).padStart(first.at.length, '0')}-of-${first.of}${first.end} is missing; download it, or ${fetchHint(name)}`,
      );
}

/** Snappy is built into the package. */
const compressors: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  BROTLI: (bytes) => brotliDecompressSync(bytes),
};

/** @throws DataError if a part or a column is missing, or a file is damaged or has an unsupported compression */
export async function readCifarParquet(
  name: CifarName,
  files: ParquetParts,
  parts: readonly ('train' | 'test')[],
): Promise<Partial<Record<'train' | 'test', ImageSet>>> {
  const sets: Partial<Record<'train' | 'test', ImageSet>> = {};
  for (const part of parts) sets[part] = await readPart(name, part, files);
  return sets;
}

async function readPart(name: CifarName, part: 'train' | 'test', parts: ParquetParts): Promise<ImageSet> {
  const paths = parts[part];
  if (paths.length === 0)
    throw new DataError(
      `${name}: ${join(dirname([...parts.train, ...parts.test][0]!), `${part}-*.parquet`)} is missing; download it, or ${fetchHint(name)}`,
    );
  checkShards(name, paths);
  const opened: ParquetFile[] = [];
  for (const path of paths) opened.push(await open(path));
  const { classes } = cifarLayouts[name].binary;
  const count = opened.reduce((sum, { metadata }) => sum + Number(metadata.num_rows), 0);
  const images = new Uint8Array(count * cifarBytes);
  const labels = new Int32Array(count);
  let at = 0;
  for (const file of opened) {
    const columns = columnsOf(name, file);
    const start = at;
    for await (const { bytes, label, where } of rowsOf(file, columns)) {
      images.set(await pixelsOf(bytes, where), at * cifarBytes);
      labels[at++] = label;
    }
    checkLabels(labels.subarray(start, at), classes, file.path);
  }
  const names = labelNames(opened[0]!, columnsOf(name, opened[0]!).label);
  if (name === 'cifar100' && names.length !== classes && labels.every((label) => label < tenClasses))
    throw new DataError(
      `${paths[0]!} has the labels of cifar10, not of cifar100: give --dataset cifar10, or ${fetchHint(name)}`,
    );
  return {
    ...{ name, images, labels, count, height: cifarSide, width: cifarSide, channels: cifarChannels },
    classes: names.length === classes ? names : cifarClassNames[name],
  };
}

async function pixelsOf(bytes: Uint8Array, where: string): Promise<Uint8Array> {
  const { data, height, width } = await decodeImageBytes(bytes, where, cifarChannels);
  if (height !== cifarSide || width !== cifarSide)
    throw new DataError(`${where} is an image of ${height} x ${width}, not ${cifarSide} x ${cifarSide}`);
  return data;
}

interface ParquetFile {
  readonly path: string;
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
}

function unreadable(path: string, cause: unknown): DataError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const codec = /codec:? (\w+)/i.exec(reason)?.[1];
  return new DataError(
    codec === undefined
      ? `${path} is damaged or not Parquet (${reason}): download it again`
      : `${path} is compressed with ${codec}, which is not supported; convert it: python3 -c "import sys, pyarrow.parquet as p; p.write_table(p.read_table(sys.argv[1]), sys.argv[2], compression='snappy')" '${path.replaceAll("'", "'\\''")}' new.parquet`,
    cause,
  );
}

async function open(path: string): Promise<ParquetFile> {
  const { asyncBufferFromFile, parquetMetadataAsync } = await import('hyparquet');
  try {
    const file = await asyncBufferFromFile(path);
    return { path, file, metadata: await parquetMetadataAsync(file) };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

interface Columns {
  readonly image: string;
  readonly label: string;
}

function columnsOf(name: CifarName, { path, metadata }: ParquetFile): Columns {
  const [root] = metadata.schema;
  const there = topColumns(metadata, root?.num_children ?? 0);
  const image = imageColumns.find((one) => there.includes(one));
  const label = labelColumns[name].find((one) => there.includes(one));
  if (image === undefined || label === undefined)
    throw new DataError(
      `${path} has the columns ${there.join(', ')}; expected ${imageColumns[0]!} and ${labelColumns[name][0]!}: is it ${name}?`,
    );
  return { image, label };
}

/** The schema is a tree in depth-first order. */
function topColumns({ schema }: FileMetaData, children: number): string[] {
  const names: string[] = [];
  let at = 1;
  const skip = (): void => {
    const inside = schema[at++]?.num_children ?? 0;
    for (let i = 0; i < inside && at < schema.length; i++) skip();
  };
  for (let i = 0; i < children && at < schema.length; i++) {
    names.push(schema[at]!.name);
    skip();
  }
  return names;
}

/** One row group at a time, so that the file is never in memory as a whole. */
async function* rowsOf(
  { path, file, metadata }: ParquetFile,
  { image, label }: Columns,
): AsyncGenerator<{ bytes: Uint8Array; label: number; where: string }> {
  const { parquetReadObjects } = await import('hyparquet');
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    let rows: ParquetRow[];
    try {
      const columns = [image, label];
      rows = await parquetReadObjects({
        file,
        metadata,
        columns,
        rowStart,
        rowEnd,
        utf8: false,
        compressors,
      });
    } catch (cause) {
      throw unreadable(path, cause);
    }
    for (const [i, row] of rows.entries()) {
      const where = `${path}: image of row ${rowStart + i}`;
      const cell: unknown = row[image];
      const bytes = cell instanceof Uint8Array ? cell : (cell as { bytes?: unknown } | null)?.bytes;
      if (!(bytes instanceof Uint8Array)) throw new DataError(`${where} is not there`);
      yield { bytes, label: Number(row[label] ?? -1), where };
    }
    rowStart = rowEnd;
  }
}

/** Hugging Face stores the class names in the file. */
function labelNames({ metadata }: ParquetFile, column: string): string[] {
  const text = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  try {
    const { info } = JSON.parse(text ?? '{}') as {
      info?: { features?: Record<string, { names?: unknown } | undefined> };
    };
    const names = info?.features?.[column]?.names;
    return Array.isArray(names) ? names.map(String) : [];
  } catch {
    // The published names serve as well.
    return [];
  }
}
