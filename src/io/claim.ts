/**
 * An exclusive claim on something in a folder, across processes and across machines that share the folder.
 *
 * Claims are numbered files, created exclusively and never removed. A process that finds the newest claim released or
 * abandoned tries to create the next one, and exactly one process succeeds. Nothing is taken away, so a slow process
 * cannot take a newer claim than the one it saw.
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
import { writeError } from './atomic.ts';
import { makeFolder } from './output-path.ts';
import { processIdentity, processSpace } from '../process-identity.ts';

/**
 * Without a sign of life for this long (ms), a claim from a machine whose processes are not visible counts as
 * abandoned.
 */
export const abandonedAfter = 5 * 60_000;

interface Holder {
  readonly host: string;
  /** Identifies the PID namespace: host names may be shared. */
  readonly space: string;
  readonly process: string;
}

const self = (): Holder => ({
  host: hostname(),
  space: processSpace(),
  process: processIdentity(process.pid),
});

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

/** Number of the newest claim; 0 if there is none. */
function newestIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  const numbers = readdirSync(folder).map((name) => Number(/^(\d+)\.json$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** A released claim is blank: one write, which cannot be half done. */
function holderIn(file: string): Holder | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text ? (JSON.parse(text) as Holder) : undefined;
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

/** The current holder, `process 123` or `process 123 of host`; undefined if the claim is free. */
export function holderOf(root: string, thing: string): string | undefined {
  const folder = folderOf(root, thing);
  const newest = newestIn(folder);
  return newest === 0 ? undefined : livingHolder(folder, newest);
}

function livingHolder(folder: string, number: number): string | undefined {
  const file = fileOf(folder, number);
  const holder = holderIn(file);
  if (!holder) return undefined;
  const pid = holder.process.split(' ')[0] ?? '';
  if (holder.space !== '' && holder.space === processSpace())
    return processIdentity(Number(pid)) === holder.process ? `process ${pid}` : undefined;
  return silence(folder, file) < abandonedAfter ? `process ${pid} of ${holder.host}` : undefined;
}

/** Time since a claim's last sign of life, in ms; 0 if the folder's clock cannot be read. */
function silence(folder: string, file: string): number {
  try {
    return folderTime(folder) - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

/**
 * Takes the claim; undefined if another process holds it or was faster.
 *
 * @throws FileError if the folder cannot be written
 */
export function takeClaim(root: string, thing: string): Claim | undefined {
  const folder = folderOf(root, thing);
  try {
    makeFolder(folder);
    const newest = newestIn(folder);
    if (newest > 0 && livingHolder(folder, newest) !== undefined) return undefined;
    const number = newest + 1;
    return makeExclusively(folder, number) ? claimOf(folder, number) : undefined;
  } catch (cause) {
    throw writeError(folder, cause);
  }
}

/** Linked, so that the file names its holder from the first moment. */
function makeExclusively(folder: string, number: number): boolean {
  const draft = join(folder, `.draft-${hostname()}-${process.pid}`);
  writeFileSync(draft, JSON.stringify(self()));
  try {
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
  const held = (): boolean => holderIn(file)?.process === mine && !existsSync(fileOf(folder, number + 1));
  return {
    held,
    release() {
      // If the folder is gone, there is nothing to release.
      if (held()) writeFileSync(file, '');
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
  const newest = newestIn(folder);
  const holder = newest > 0 ? holderIn(fileOf(folder, newest)) : undefined;
  if (holder?.space !== processSpace() || holder.process !== processIdentity(pid)) return;
  // One more blank changes neither the claim nor a release, and updates the modification time.
  appendFileSync(fileOf(folder, newest), ' ');
}
