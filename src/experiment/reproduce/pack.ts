/**
 * A run under way as one small file: its last checkpoint and its records, without names and paths of the machine. A
 * fresh checkout on another machine unpacks it and goes on.
 */
import { createReadStream, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { FileError } from '../../errors.ts';
import { encodeArchive, entriesOfArchive, writeFileAtomic } from '../../io/index.ts';
import { makeFolder } from '../../io/output-path.ts';
import { runFiles } from '../../runs/index.ts';
import { readCheckpointState } from '../../train/index.ts';
import { writeSharedRecords } from './shared-records.ts';

const checkpoint = `${runFiles.checkpoints}/last`;
const recordFiles: readonly string[] = [
  runFiles.config,
  runFiles.environment,
  runFiles.status,
  runFiles.summary,
  runFiles.metrics,
  runFiles.swaps,
];

/** Where the packed run of a cell lies in a published grid. */
export const packedFile = (root: string, cell: string): string => join(root, 'packed', `${cell}.tar.gz`);

/**
 * Packs the run in `dir`, which no process trains.
 *
 * @returns bytes of the file
 * @throws FileError if it has no checkpoint, or the file cannot be written
 */
export async function packRun(dir: string, file: string): Promise<number> {
  const { step } = readCheckpointState(join(dir, checkpoint));
  const records = mkdtempSync(join(tmpdir(), 'meanfield-pack-'));
  try {
    await writeSharedRecords(dir, records, step);
    const entries = [
      ...readdirSync(records).map((name) => ({ name, bytes: readFileSync(join(records, name)) })),
      ...readdirSync(join(dir, checkpoint)).map((name) => ({
        name: `${checkpoint}/${name}`,
        bytes: readFileSync(join(dir, checkpoint, name)),
      })),
    ];
    const archive = await encodeArchive(entries);
    makeFolder(dirname(file));
    writeFileAtomic(file, archive);
    return archive.byteLength;
  } finally {
    rmSync(records, { recursive: true, force: true });
  }
}

/**
 * Puts a packed run into a new folder, as a whole or not at all.
 *
 * @throws DataError if the file is damaged, FileError if it is not a packed run or the folder cannot be made
 */
export async function unpackRun(file: string, dir: string): Promise<void> {
  const fresh = join(dirname(dir), `.${basename(dir)}.unpacked-${process.pid}`);
  try {
    for await (const { name, bytes } of entriesOfArchive(createReadStream(file), file, isPacked)) {
      makeFolder(dirname(join(fresh, name)));
      writeFileAtomic(join(fresh, name), bytes);
    }
    readCheckpointState(join(fresh, checkpoint));
    renameSync(fresh, dir);
  } catch (cause) {
    rmSync(fresh, { recursive: true, force: true });
    if (cause instanceof FileError)
      throw new FileError(`${file} is not a packed run: ${cause.message}`, cause);
    throw cause;
  }
}

/** Entries with other names are not from {@link packRun}, and might lead out of the folder. */
function isPacked(name: string): boolean {
  return (
    recordFiles.includes(name) ||
    (name.startsWith(`${checkpoint}/`) && /^[\w.-]+$/.test(name.slice(checkpoint.length + 1)))
  );
}
