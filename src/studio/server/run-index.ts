/**
 * The rows of all runs, kept up to date. An unchanged folder costs one look at its timestamp. Rewriting a file in
 * place (which this project never does) does not change the folder's timestamp, so each scan also checks all files of
 * a few runs, in turn.
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
import { timeSlicer } from './time-slice.ts';
import type { SharedConfiguration } from './configurations.ts';
import { FolderWalk, type RunFolder } from './folder-walk.ts';
import { isInside, inspectRunFolder, realPath, type RunFolderFiles } from './path-guard.ts';
import { unreadableRow, readRow, type RowData, rowInState } from './row.ts';

interface Entry {
  folder: RunFolder;
  found: RunFolderFiles;
  /** Sizes and timestamps of the files. */
  filesStamp: string;
  status: RunStatus | undefined;
  row: RunRow;
  shared: SharedConfiguration | undefined;
  /** JSON of the row, compared to detect changes. */
  text: string;
  revision: number;
}

/** Number of runs whose files are all checked in one scan. */
const thoroughPerScan = 200;
/** Number of removed rows remembered; older clients get the whole list. */
const maxGone = 5000;

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
  /** As given by the user. */
  readonly root: string;
  readonly #walk: FolderWalk;
  readonly #entries = new Map<string, Entry>();
  /** Removed ids with the revision of their removal. */
  #gone: { readonly id: string; readonly revision: number }[] = [];
  /** Changes before this revision are unknown: they belong to another server or were dropped. */
  #firstRevision: number;
  #revision: number;
  #problems = '';
  /** Whether every run has been read once. */
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
   * Scans for changes. Callers during a scan share one further scan.
   *
   * @param patience - the first scan of thousands of runs takes seconds: a caller that can show a partial list waits
   *   at most this long, in ms
   */
  async refresh(patience = Infinity): Promise<void> {
    if (this.#scanning && !this.#queued) {
      const next = (): Promise<void> => {
        this.#queued = undefined;
        return this.#start();
      };
      // A failed scan reports its own error.
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
    const yieldIfDue = timeSlicer();
    for (const folder of this.#walk.walk()) {
      if (folder && realRoot !== undefined) {
        left.delete(folder.id);
        this.#check(folder, realRoot, thorough.has(folder.id));
      }
      await yieldIfDue();
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
    this.#cursor = first + thoroughPerScan;
    return new Set(ids.slice(first, first + thoroughPerScan));
  }

  #forget(ids: ReadonlySet<string>): void {
    if (ids.size === 0) return;
    const revision = ++this.#revision;
    for (const id of ids) {
      this.#entries.delete(id);
      this.#gone.push({ id, revision });
    }
    const surplus = this.#gone.length - maxGone;
    if (surplus <= 0) return;
    this.#firstRevision = this.#gone[surplus - 1]!.revision;
    this.#gone = this.#gone.slice(surplus);
  }

  /** Updates the entry of a run if its folder has changed. */
  #check(folder: RunFolder, realRoot: string, thorough: boolean): void {
    const entry = this.#entries.get(folder.id);
    if (entry?.folder.stamp === folder.stamp && !thorough) {
      this.#judge(entry);
      return;
    }
    try {
      this.#renew(folder, inspectRunFolder(folder.dir, realRoot, folder.entries));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#put(
        folder,
        noFiles,
        unreadableRow(folder.id, [`the folder cannot be read (${code ?? message})`]),
        '',
      );
    }
  }

  /** Reads the row if the files have changed. */
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

  /** A running run may have crashed without changing its files. */
  #judge(entry: Entry): Entry {
    const { status, shared, row, folder, found, filesStamp } = entry;
    if (status?.state !== 'running') return entry;
    const again = (): RunStatus | undefined => readRun(folder.dir).status();
    const { state } = currentStatus(status, again, Date.now(), isProcessAlive);
    // Any other end changes the files, which the next scan reads.
    if (state === row.state || (state !== 'crashed' && state !== 'running')) return entry;
    return this.#put(
      folder,
      found,
      { row: rowInState(row, state, folder.dir, found), status, shared },
      filesStamp,
    );
  }

  /** Problems that concern no single run. */
  #listProblems(): readonly string[] {
    if (this.#complete) return this.#walk.problems;
    return [`${this.#entries.size} runs so far: still reading the others`];
  }

  list(): RunList {
    return {
      root: this.root,
      revision: this.#revision,
      runs: [...this.#entries.values()].map(({ row }) => row),
      configurations: configurationsOf(this.#entries.values()),
      problems: this.#listProblems(),
      grids: this.#walk.grids,
    };
  }

  /** Changes after a revision; the whole list if that revision is unknown. */
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
      // A run that was removed and came back is not gone.
      gone: gone.filter((id) => !this.#entries.has(id)),
      problems: this.#listProblems(),
      grids: this.#walk.grids,
    };
  }

  /**
   * Opens a run after checking its folder again.
   *
   * @throws ApiError if there is no such run, or it must not be read
   */
  async open(id: string): Promise<OpenRun> {
    if (!this.#entries.has(id)) await this.refresh();
    const folder = this.#entries.get(id)?.folder;
    const realRoot = realPath(this.root);
    if (!folder || realRoot === undefined || !isInside(realRoot, folder.dir)) throw this.#missing(id);
    let found: RunFolderFiles;
    try {
      found = inspectRunFolder(folder.dir, realRoot);
    } catch {
      throw this.#missing(id);
    }
    if (found.refused.length) throw new ApiError(409, `${id}: ${found.refused[0]!}: this run was not read`);
    const { row } = this.#renew(folder, found);
    return { id, dir: folder.dir, realRoot, found, row };
  }

  #missing(id: string): ApiError {
    const name = JSON.stringify(id.slice(0, 200));
    return new ApiError(404, `no run ${name} in ${this.root}: it may have been moved or deleted`);
  }

  /**
   * The run that a process on this machine has started.
   *
   * @param since - ms since 1970; an earlier process may have had the same id
   */
  async runOfProcess(pid: number, since: number): Promise<string | undefined> {
    await this.refresh();
    for (const { status, row } of this.#entries.values())
      if (status?.pid === pid && status.host === hostname() && Date.parse(status.started) >= since)
        return row.id;
    return undefined;
  }

  /** Runs whose status names the same process, latest heartbeat first: all but the first are copies of its folder. */
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

  /** The revision at which the row last changed. */
  revisionOf(id: string): number {
    return this.#entries.get(id)?.revision ?? 0;
  }
}

/** A run that has passed the checks for reading. */
export interface OpenRun {
  readonly id: string;
  readonly dir: string;
  readonly realRoot: string;
  readonly found: RunFolderFiles;
  readonly row: RunRow;
}
