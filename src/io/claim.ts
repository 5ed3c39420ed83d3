/**
 * Who works on something in a folder: of all processes, on all machines that share the folder, one at a time.
 *
 * The claims of a thing are numbered files, made exclusively and never removed: whoever finds the
 * newest one given back or abandoned tries to make the next, and one of them succeeds. Nothing is taken away, so that no
 * slow process can take away a newer claim than the one it saw.
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

/** A claim of a machine whose processes cannot be seen counts as abandoned after so long without a sign of life, in ms. */
export const abandonedAfter = 5 * 60_000;

interface Holder {
  readonly host: string;
  /** Where the number of the process counts: names of hosts may be shared. */
  readonly space: string;
  readonly process: string;
}

const self = (): Holder => ({
  host: hostname(),
  space: processSpace(),
  process: processIdentity(process.pid),
});

/** A claim that this process holds. */
export interface Claim {
  /** False once another process has taken it over, which took the holder for dead, or the claim is gone. */
  held(): boolean;
  /** Gives it back, if it is still held. */
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

/** A claim that was given back is blank: one write, which cannot be half done. */
function holderIn(file: string): Holder | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text ? (JSON.parse(text) as Holder) : undefined;
  } catch {
    return undefined;
  }
}

/** The time by the clock that stamps the files of this folder, which may be another machine's. */
function folderTime(folder: string): number {
  const probe = join(folder, `.clock-${hostname()}-${process.pid}`);
  writeFileSync(probe, 'now');
  const { mtimeMs } = statSync(probe);
  rmSync(probe, { force: true });
  return mtimeMs;
}

/** Who holds it now: `process 123`, `process 123 of host`; undefined if it is free. */
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

/** How long a claim has shown no sign of life, in ms; 0 where the clock of the folder cannot be asked. */
function silence(folder: string, file: string): number {
  try {
    return folderTime(folder) - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

/**
 * Takes it; undefined if another process has it, or was faster.
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

/** With its holder in it from the first moment: a link is made whole or not at all. */
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
      // Where the folder is gone there is nothing to give back.
      if (held()) writeFileSync(file, '');
    },
  };
}

/**
 * Shows other machines that the holder lives; to be called at least every minute by a process that is never busy.
 *
 * @param pid - of the holder, a process of this machine: the claim of another is left alone
 */
export function beatClaim(root: string, thing: string, pid: number): void {
  const folder = folderOf(root, thing);
  const newest = newestIn(folder);
  const holder = newest > 0 ? holderIn(fileOf(folder, newest)) : undefined;
  if (holder?.space !== processSpace() || holder.process !== processIdentity(pid)) return;
  // A blank more changes neither what a claim says nor that it was given back, and gives the file a new time.
  appendFileSync(fileOf(folder, newest), ' ');
}
