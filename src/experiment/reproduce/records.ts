/**
 * The records of a published grid: one archive with a folder for each run. An interrupted run has its last checkpoint in
 * it, so that another machine can resume it.
 */
import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { FileError } from '../../errors.ts';
import {
  type ArchiveEntry,
  encodeArchive,
  entriesOfArchive,
  makeFolder,
  writeFileAtomic,
} from '../../io/index.ts';
import { runFiles } from '../../runs/index.ts';

export const lastCheckpoint = `${runFiles.checkpoints}/last`;

const recordFiles: ReadonlySet<string> = new Set([
  runFiles.config,
  runFiles.environment,
  runFiles.status,
  runFiles.summary,
  runFiles.metrics,
  runFiles.swaps,
  runFiles.result,
]);

const recordsFile = (root: string): string => join(root, 'records.tar.gz');

/** Earlier versions packed each interrupted run separately, without a folder of its name. */
const singleRunsFolder = (root: string): string => join(root, 'packed');
export const singleRunFile = (root: string, name: string): string =>
  join(singleRunsFolder(root), `${name}.tar.gz`);

export function copyRecords(from: string, to: string): void {
  makeFolder(to);
  for (const name of recordFiles)
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
}

/** Replaces the archive of `root` by one of all run folders in `runs`, which hold shared records only. */
export async function packRecords(runs: string, root: string): Promise<void> {
  const filesIn = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort();
  const entries = filesIn(runs).map((file): ArchiveEntry => ({
    name: file.slice(runs.length + 1),
    bytes: readFileSync(file),
  }));
  writeFileAtomic(recordsFile(root), await encodeArchive(entries));
}

/**
 * Unpacks the archives of `root` into the folder `to`.
 *
 * @param skip - names of runs that are not unpacked
 * @throws DataError if an archive is damaged, FileError if it holds no records
 */
export async function unpackRecords(
  root: string,
  to: string,
  skip: ReadonlySet<string> = new Set(),
): Promise<void> {
  for (const { file, folder } of archivesIn(root)) {
    let count = 0;
    const wanted = (name: string): boolean => isRecord(`${folder}${name}`);
    for await (const { name, bytes } of entriesOfArchive(createReadStream(file), file, wanted)) {
      count++;
      const path = join(to, `${folder}${name}`);
      if (skip.has(`${folder}${name}`.split('/')[0]!)) continue;
      makeFolder(dirname(path));
      writeFileSync(path, bytes);
    }
    if (!count) throw new FileError(`${file} holds no records of runs: publish the grid again`);
  }
}

function archivesIn(root: string): { file: string; folder: string }[] {
  const singles = singleRunsFolder(root);
  return [
    ...(existsSync(recordsFile(root)) ? [{ file: recordsFile(root), folder: '' }] : []),
    ...(existsSync(singles) ? readdirSync(singles) : [])
      .filter((name) => name.endsWith('.tar.gz'))
      .map((name) => ({ file: join(singles, name), folder: `${basename(name, '.tar.gz')}/` })),
  ];
}

/** `<run>/config.yaml`, `<run>/checkpoints/last/model.safetensors`: other names could lead out of the folder. */
function isRecord(path: string): boolean {
  const [run = '', ...rest] = path.split('/');
  const name = rest.join('/');
  const isFileName = (text: string): boolean => /^\w[\w.+-]*$/.test(text);
  return (
    isFileName(run) &&
    (recordFiles.has(name) ||
      (name.startsWith(`${lastCheckpoint}/`) && isFileName(name.slice(lastCheckpoint.length + 1))))
  );
}

/** All runs of a grid as run folders. */
interface OpenRecords {
  /** The folder that holds them: the grid's own if it has no archive. */
  readonly runs: string;
  readonly close: () => void;
}

/**
 * Opens the grid in `root`. Run folders in it take precedence over runs in its archive.
 *
 * @throws DataError or FileError if an archive cannot be read
 */
export async function openRecords(root: string): Promise<OpenRecords> {
  if (!archivesIn(root).length) return { runs: root, close: () => undefined };
  const runs = mkdtempSync(join(tmpdir(), 'meanfield-records-'));
  const remove = (): void => {
    rmSync(runs, { recursive: true, force: true });
  };
  const close = (): void => {
    process.off('exit', remove);
    remove();
  };
  process.once('exit', remove);
  try {
    const own = readdirSync(root).filter(
      (name) => name === '.claims' || existsSync(join(root, name, runFiles.config)),
    );
    for (const name of own) symlinkSync(resolve(root, name), join(runs, name), 'dir');
    await unpackRecords(root, runs, new Set(own));
    return { runs, close };
  } catch (cause) {
    close();
    throw cause;
  }
}
