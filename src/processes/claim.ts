/**
 * An exclusive claim on a thing, such as the cell of a grid or a core: one holder among all processes and threads, and
 * among machines that share the folder.
 *
 * Claims are numbered files, created exclusively. A process that finds the newest claim released or abandoned tries to
 * create the next one, and exactly one process succeeds. The newest claim is never removed, so a slow process cannot
 * take a newer claim than the one it saw.
 */
import {
  appendFileSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { writeError } from '../io/atomic.ts';
import { makeFolder } from '../io/output-path.ts';
import { processIdentity, processSpace } from './identity.ts';

/**
 * Without a sign of life for this long (ms), a claim from a machine whose processes are not visible counts as
 * abandoned.
 */
export const abandonedAfter = 5 * 60_000;

/** Older claims that are kept, for processes that are about to create the one after them. */
const keptClaims = 8;

interface ClaimRecord {
  readonly host: string;
  /** Identifies the PID namespace: host names may be shared. */
  readonly space: string;
  readonly process: string;
}

/** A claim held by this process. */
export interface Claim {
  /**
   * False once another process has taken it over because it considered the holder dead, or once the claim file is gone.
   */
  held(): boolean;
  /** Releases the claim if it is still held. */
  release(): void;
}

const folderOf = (root: string, thing: string): string => join(root, '.claims', thing);
const fileOf = (folder: string, number: number): string => join(folder, `${number}.json`);

function claimsIn(folder: string): number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => Number(/^(\d+)\.json$/.exec(name)?.[1] ?? []));
}

/** Number of the newest claim; 0 if there is none. */
const newestIn = (folder: string): number => Math.max(0, ...claimsIn(folder));

/** A released claim is blank: one write, which cannot be half done. */
function recordIn(file: string): ClaimRecord | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    const record: unknown = text ? JSON.parse(text) : undefined;
    return typeof (record as Partial<ClaimRecord> | undefined)?.process === 'string'
      ? (record as ClaimRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The time by the clock that stamps files in this folder, which may belong to another machine. */
function folderTime(folder: string): number {
  const probe = join(folder, `.clock-${hostname()}-${process.pid}`);
  writeFileSync(probe, 'now');
  const { mtimeMs } = statSync(probe);
  rmSync(probe, { force: true });
  return mtimeMs;
}

/** Time since a claim's last sign of life, in ms; 0 if the folder's clock cannot be read. */
function silence(folder: string, file: string): number {
  try {
    return folderTime(folder) - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

/** The process that holds a claim. */
export interface Holder {
  readonly pid: number;
  /** Set for a process that is not visible here: one of another machine or container. */
  readonly host?: string;
}

/** How far a claim reaches: to all that share the folder, or only to the processes that this one sees. */
type ClaimReach = 'shared' | 'local';

/** The living holder; undefined if the claim is free. */
export function holderOf(root: string, thing: string, reach: ClaimReach = 'shared'): Holder | undefined {
  const folder = folderOf(root, thing);
  return livingHolder(folder, newestIn(folder), reach);
}

/** `process 123` or `process 123 of host`. */
export const holderText = ({ pid, host }: Holder): string =>
  `process ${pid}${host === undefined ? '' : ` of ${host}`}`;

function livingHolder(folder: string, number: number, reach: ClaimReach): Holder | undefined {
  const file = fileOf(folder, number);
  const record = recordIn(file);
  if (!record) return undefined;
  const { host, space, process: identity } = record;
  const pid = Number(identity.split(' ')[0]);
  // Without /proc, the processes of a host are those with its name.
  if (space === processSpace() && (space !== '' || host === hostname()))
    return pid > 0 && processIdentity(pid) === identity ? { pid } : undefined;
  return reach === 'shared' && silence(folder, file) < abandonedAfter ? { pid, host } : undefined;
}

/**
 * Takes the claim; undefined if another process holds it or was faster.
 *
 * @throws FileError if the folder cannot be written
 */
export function takeClaim(root: string, thing: string, reach: ClaimReach = 'shared'): Claim | undefined {
  const folder = folderOf(root, thing);
  try {
    makeFolder(folder);
    const newest = newestIn(folder);
    if (livingHolder(folder, newest, reach)) return undefined;
    const number = newest + 1;
    if (!makeExclusively(folder, number)) return undefined;
    const numbers = claimsIn(folder);
    // Others took this number and the next ones long ago, and removed it.
    if (Math.max(...numbers) > number) {
      rmSync(fileOf(folder, number), { force: true });
      return undefined;
    }
    for (const old of numbers) if (old < number - keptClaims) rmSync(fileOf(folder, old), { force: true });
    return claimOf(folder, number);
  } catch (cause) {
    throw writeError(folder, cause);
  }
}

/** Linked, so that the file names its holder from the first moment. */
function makeExclusively(folder: string, number: number): boolean {
  const draft = join(folder, `.draft-${hostname()}-${process.pid}-${threadId}`);
  const record: ClaimRecord = {
    host: hostname(),
    space: processSpace(),
    process: processIdentity(process.pid),
  };
  try {
    writeFileSync(draft, JSON.stringify(record));
    linkSync(draft, fileOf(folder, number));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function claimOf(folder: string, number: number): Claim {
  const file = fileOf(folder, number);
  const mine = processIdentity(process.pid);
  const held = (): boolean => recordIn(file)?.process === mine && !existsSync(fileOf(folder, number + 1));
  return {
    held,
    release() {
      try {
        // If the folder is gone, there is nothing to release.
        if (held()) writeFileSync(file, '');
      } catch {
        // It ends with this process.
      }
    },
  };
}

/**
 * Shows other machines that the holder is alive. Call it at least once a minute, from a process that never blocks.
 *
 * @param pid - the holder, a process on this machine; claims held by others are left alone
 */
export function beatClaim(root: string, thing: string, pid: number): void {
  const folder = folderOf(root, thing);
  const file = fileOf(folder, newestIn(folder));
  const record = recordIn(file);
  if (record?.space !== processSpace() || record.process !== processIdentity(pid)) return;
  // One more blank changes neither the claim nor a release, and updates the modification time.
  appendFileSync(file, ' ');
}
