/** The page's data source, and the list of runs, kept up to date while a view holds it. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { PlainRecord } from '../../runs/index.ts';
import type { Grid, RowsEvent, RunList, RunRow } from '../protocol/index.ts';
import type { Source, Stop } from './source/source.ts';

let given: Source | undefined;

export function provideSource(source: Source): void {
  given = source;
}

/** @throws Error before `provideSource` */
export function source(): Source {
  if (!given) throw new Error('the page has no data source');
  return given;
}

interface Listing {
  readonly root: string;
  readonly rows: ReadonlyMap<string, RunRow>;
  readonly configurations: Readonly<Record<string, PlainRecord>>;
  readonly grids: readonly Grid[];
  readonly problems: readonly string[];
}

const listing = signal<Listing | undefined>(undefined);
const failure = signal<string | undefined>(undefined);

/** Undefined until the first read. */
export const runs: ReadonlySignal<Listing | undefined> = listing;
/** Error of the last read, if it failed. */
export const runsFailure: ReadonlySignal<string | undefined> = failure;
export const rowList: ReadonlySignal<readonly RunRow[]> = computed(() => [
  ...(listing.value?.rows.values() ?? []),
]);

function take({ root, runs: rows, configurations, grids, problems }: RunList): void {
  listing.value = { root, rows: new Map(rows.map((row) => [row.id, row])), configurations, grids, problems };
  failure.value = undefined;
}

function change({ whole, changed, gone, configurations, problems, grids }: RowsEvent): void {
  const before = listing.peek();
  if (!before) return;
  const rows = new Map(whole ? [] : before.rows);
  for (const row of changed) rows.set(row.id, row);
  for (const id of gone) rows.delete(id);
  listing.value = {
    ...before,
    rows,
    configurations: { ...before.configurations, ...configurations },
    problems,
    grids,
  };
}

let holders = 0;
let stop: Stop | undefined;

let retry: ReturnType<typeof setTimeout> | undefined;
/** Incremented at each subscription; a list that arrives for an earlier one opens no stream. */
let generation = 0;

/** Ends the stream and pending retries. */
function leave(): void {
  generation++;
  clearTimeout(retry);
  stop?.();
  stop = undefined;
}

async function follow(): Promise<void> {
  leave();
  const mine = generation;
  try {
    const list = await source().list();
    if (mine !== generation) return;
    take(list);
    stop = source().watchList(list.revision, change, () => {
      if (mine === generation) void follow();
    });
  } catch (error) {
    if (mine !== generation) return;
    failure.value = error instanceof Error ? error.message : String(error);
    retry = setTimeout(() => void follow(), 3000);
  }
}

/** Reads the list and subscribes to it until the returned function is called; all holders share one stream. */
export function holdRuns(): Stop {
  if (holders++ === 0) void follow();
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    if (--holders === 0) leave();
  };
}

/** Keeps the list up to date while the component is mounted. */
export function useRuns(): void {
  useEffect(holdRuns, []);
}
