/**
 * The rows of all runs, kept and renewed: a folder that has not changed costs one look at its time. Files that are
 * written anew in place (which this project never does) do not change their folder's time: they are found by
 * looking at every file of a few runs each time, in turn.
 */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  currentStatus,
  isProcessAlive,
  type PlainRecord,
  readRun,
  type RunStatus,
} from '../../runs/index.ts';
import type { RowsEvent, RunList, RunRow } from '../protocol/index.ts';
import { ApiError } from './api-error.ts';
import { breather } from './breathe.ts';
import type { SharedConfiguration } from './configurations.ts';
import { FolderWalk, type RunFolder } from './folder-walk.ts';
import { isInside, lookInto, realPath, type RunFolderFiles } from './inside.ts';
import { brokenRow, readRow, type RowData, rowInState } from './row.ts';

interface Entry {
  folder: RunFolder;
  found: RunFolderFiles;
  /** Of the files: sizes and times. */
  filesStamp: string;
  status: RunStatus | undefined;
  row: RunRow;
  shared: SharedConfiguration | undefined;
  /** JSON of the row, by which changes are seen. */
  text: string;
  revision: number;
}

/** Runs whose files are all looked at in one scan, in turn. */
const inTurn = 200;
/** Gone rows that are remembered; whoever asks from before gets the whole list. */
const mostGone = 5000;

function configurationsOf(entries: Iterable<Entry>): Record<string, PlainRecord> {
  const all: Record<string, PlainRecord> = {};
  for (const { shared } of entries) if (shared) all[shared.key] ??= shared.settings;
  return all;
}

const noFiles: RunFolderFiles = { files: new Map(), names: new Set(), refused: [] };

function stampOf({ files, refused }: RunFolderFiles): string {
  return JSON.stringify([[...files].map(([name, { size, mtimeMs }]) => [name, size, mtimeMs]), refused]);
}

export class RunIndex {
  /** As the user gave it. */
  readonly root: string;
  readonly #walk: FolderWalk;
  readonly #entries = new Map<string, Entry>();
  /** Ids that are gone, with the revision at which they went. */
  #gone: { readonly id: string; readonly revision: number }[] = [];
  /** Revisions before this one are not known: another server, or too long ago. */
  #firstRevision: number;
  #revision: number;
  #problems = '';
  /** Every run has been read once. */
  #complete = false;
  #cursor = 0;
  #scanning: Promise<void> | undefined;
  #queued: Promise<void> | undefined;

  constructor(root: string, now = Date.now()) {
    this.root = root;
    this.#walk = new FolderWalk(root);
    // Larger than any revision of an earlier server.
    this.#firstRevision = this.#revision = now;
  }

  get revision(): number {
    return this.#revision;
  }

  /**
   * Looks for what has changed up to now; whoever asks while it looks waits for one more look, all for the same.
   *
   * @param patience - the first look at thousands of runs takes seconds: who can show a part of them waits so many ms for all
   */
  async refresh(patience = Infinity): Promise<void> {
    if (this.#scanning && !this.#queued) {
      const next = (): Promise<void> => {
        this.#queued = undefined;
        return this.#start();
      };
      // One that failed has told its own.
      this.#queued = this.#scanning.then(next, next);
    }
    const look = this.#queued ?? this.#start();
    await (this.#complete || patience === Infinity
      ? look
      : Promise.race([look, sleep(patience, undefined, { ref: false })]));
  }

  #start(): Promise<void> {
    this.#scanning = this.#scan().finally(() => {
      this.#scanning = undefined;
    });
    return this.#scanning;
  }

  async #scan(): Promise<void> {
    const realRoot = realPath(this.root);
    const left = new Set(this.#entries.keys());
    const thorough = this.#nextInTurn();
    const breathe = breather();
    for (const folder of this.#walk.walk()) {
      if (folder && realRoot !== undefined) {
        left.delete(folder.id);
        this.#check(folder, realRoot, thorough.has(folder.id));
      }
      await breathe();
    }
    this.#forget(left);
    this.#complete = true;
    const problems = JSON.stringify([this.#walk.problems, this.#walk.grids]);
    if (problems !== this.#problems) this.#revision++;
    this.#problems = problems;
  }

  #nextInTurn(): Set<string> {
    const ids = [...this.#entries.keys()];
    const first = this.#cursor < ids.length ? this.#cursor : 0;
    this.#cursor = first + inTurn;
    return new Set(ids.slice(first, first + inTurn));
  }

  #forget(ids: ReadonlySet<string>): void {
    if (ids.size === 0) return;
    const revision = ++this.#revision;
    for (const id of ids) {
      this.#entries.delete(id);
      this.#gone.push({ id, revision });
    }
    const surplus = this.#gone.length - mostGone;
    if (surplus <= 0) return;
    this.#firstRevision = this.#gone[surplus - 1]!.revision;
    this.#gone = this.#gone.slice(surplus);
  }

  /** Brings the entry of a run up to date, if its folder has changed. */
  #check(folder: RunFolder, realRoot: string, thorough: boolean): void {
    const entry = this.#entries.get(folder.id);
    if (entry?.folder.stamp === folder.stamp && !thorough) {
      this.#judge(entry);
      return;
    }
    try {
      this.#renew(folder, lookInto(folder.dir, realRoot, folder.entries));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#put(
        folder,
        noFiles,
        brokenRow(folder.id, [`the folder cannot be read (${code ?? message})`]),
        '',
      );
    }
  }

  /** Reads the row, if the files have changed. */
  #renew({ id, dir, stamp }: RunFolder, found: RunFolderFiles): Entry {
    const entry = this.#entries.get(id);
    const filesStamp = stampOf(found);
    if (entry?.filesStamp !== filesStamp)
      return this.#put({ id, dir, stamp }, found, readRow(id, dir, found, Date.now()), filesStamp);
    entry.folder = { id, dir, stamp };
    entry.found = found;
    return this.#judge(entry);
  }

  #put(
    folder: RunFolder,
    found: RunFolderFiles,
    { row, status, shared }: RowData,
    filesStamp: string,
  ): Entry {
    const text = JSON.stringify(row);
    const before = this.#entries.get(folder.id);
    const revision = before?.text === text ? before.revision : ++this.#revision;
    const { id, dir, stamp } = folder;
    const entry = {
      folder: { id, dir, stamp },
      found,
      filesStamp,
      status,
      shared,
      row,
      text,
      revision,
    };
    this.#entries.set(folder.id, entry);
    return entry;
  }

  /** A run that is under way may have crashed without a change to its files. */
  #judge(entry: Entry): Entry {
    const { status, shared, row, folder, found, filesStamp } = entry;
    if (status?.state !== 'running') return entry;
    const again = (): RunStatus | undefined => readRun(folder.dir).status();
    const { state } = currentStatus(status, again, Date.now(), isProcessAlive);
    // Another end than `crashed` comes with a change of the files, which the next scan reads.
    if (state === row.state || (state !== 'crashed' && state !== 'running')) return entry;
    return this.#put(
      folder,
      found,
      { row: rowInState(row, state, folder.dir, found), status, shared },
      filesStamp,
    );
  }

  /** What could not be read outside the runs. */
  #tell(): readonly string[] {
    if (this.#complete) return this.#walk.problems;
    return [`${this.#entries.size} runs so far: the others are still being read`];
  }

  list(): RunList {
    return {
      root: this.root,
      revision: this.#revision,
      runs: [...this.#entries.values()].map(({ row }) => row),
      configurations: configurationsOf(this.#entries.values()),
      problems: this.#tell(),
      grids: this.#walk.grids,
    };
  }

  /** What changed after a revision; all there is where that is not known. */
  since(revision: number): RowsEvent {
    const known = revision >= this.#firstRevision && revision <= this.#revision;
    const entries = [...this.#entries.values()];
    const gone = known ? this.#gone.filter((one) => one.revision > revision).map(({ id }) => id) : [];
    const changed = entries.filter((entry) => !known || entry.revision > revision);
    return {
      revision: this.#revision,
      whole: !known,
      changed: changed.map(({ row }) => row),
      configurations: configurationsOf(changed),
      // One that went and came again is not gone.
      gone: gone.filter((id) => !this.#entries.has(id)),
      problems: this.#tell(),
      grids: this.#walk.grids,
    };
  }

  /**
   * The folder of a run, looked at again just now.
   *
   * @throws ApiError where there is no such run, or nothing of it may be read
   */
  async open(id: string): Promise<OpenRun> {
    if (!this.#entries.has(id)) await this.refresh();
    const folder = this.#entries.get(id)?.folder;
    const realRoot = realPath(this.root);
    if (!folder || realRoot === undefined || !isInside(realRoot, folder.dir)) throw this.#missing(id);
    let found: RunFolderFiles;
    try {
      found = lookInto(folder.dir, realRoot);
    } catch {
      throw this.#missing(id);
    }
    if (found.refused.length)
      throw new ApiError(409, `${id}: ${found.refused[0]!}: nothing of this run is read`);
    const { row } = this.#renew(folder, found);
    return { id, dir: folder.dir, realRoot, found, row };
  }

  #missing(id: string): ApiError {
    const name = JSON.stringify(id.slice(0, 200));
    return new ApiError(404, `no run ${name} in ${this.root}: it may have been moved or deleted`);
  }

  /**
   * The run that a process of this machine began.
   *
   * @param since - ms since 1970: a process of an earlier time may have had the same number
   */
  async runOfProcess(pid: number, since: number): Promise<string | undefined> {
    await this.refresh();
    for (const { status, row } of this.#entries.values())
      if (status?.pid === pid && status.host === hostname() && Date.parse(status.started) >= since)
        return row.id;
    return undefined;
  }

  /** Runs that name the same process as theirs, the one with the latest sign of life first: the others are copies of its folder. */
  async sharing({ pid, host }: RunStatus): Promise<readonly { id: string; heartbeat: string }[]> {
    await this.refresh();
    return [...this.#entries.values()]
      .flatMap(({ status, row: { id } }) =>
        status?.state === 'running' && status.pid === pid && status.host === host
          ? [{ id, heartbeat: status.heartbeat }]
          : [],
      )
      .sort((a, b) => (a.heartbeat > b.heartbeat ? -1 : 1));
  }

  /** At which the row of a run changed last. */
  revisionOf(id: string): number {
    return this.#entries.get(id)?.revision ?? 0;
  }
}

/** A run that may be read. */
export interface OpenRun {
  readonly id: string;
  readonly dir: string;
  readonly realRoot: string;
  readonly found: RunFolderFiles;
  readonly row: RunRow;
}
