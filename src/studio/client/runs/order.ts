/** Sorts the list. */
import type { RunRow } from '../../protocol/index.ts';
import type { Sort } from '../parts/grid.tsx';
import type { Group } from './configurations.ts';

type Value = string | number | null;

const valueOf: Readonly<Record<string, (row: RunRow) => Value>> = {
  state: (row) => row.state,
  name: (row) => row.id,
  model: (row) => `${row.model} ${row.dataset}`,
  scheme: (row) => row.scheme,
  seed: (row) => row.seed,
  progress: (row) => (row.totalSteps > 0 ? row.step / row.totalSteps : null),
  error: (row) => row.testError,
  loss: (row) => row.trainLoss,
  speed: (row) => row.imagesPerSecond,
  swaps: (row) => row.swaps,
  time: (row) => row.seconds,
  started: (row) => (row.started === null ? null : Date.parse(row.started)),
};
/** Columns that sort in descending order first. */
const descendingFirst = new Set(['started', 'progress', 'speed', 'swaps', 'time']);

export const sortKeys: readonly string[] = Object.keys(valueOf);
export const defaultSort: Sort = { key: 'started', descending: true };

/** `error`, or `-error` for descending. */
export function parseSort(text: string | undefined): Sort {
  if (!text) return defaultSort;
  const descending = text.startsWith('-');
  const key = descending ? text.slice(1) : text;
  return Object.hasOwn(valueOf, key) ? { key, descending } : defaultSort;
}

export const writeSort = ({ key, descending }: Sort): string => `${descending ? '-' : ''}${key}`;

/** The order after a click on a column title. */
export const nextSort = (sort: Sort, key: string): Sort =>
  sort.key === key ? { key, descending: !sort.descending } : { key, descending: descendingFirst.has(key) };

const collator = new Intl.Collator('en', { numeric: true });

/** Sorts rows. Missing values come last in both directions; ties are sorted by name. */
export function sortRows(rows: readonly RunRow[], { key, descending }: Sort): RunRow[] {
  const read = valueOf[key] ?? ((row: RunRow) => row.id);
  return sorted(rows, read, (row) => row.id, descending);
}

/** Sorts groups by their mean if there is one, else by their first run. */
export function sortGroups(groups: readonly Group[], sort: Sort): Group[] {
  const own = {
    error: (group: Group) => group.error?.mean ?? null,
    loss: (group: Group) => group.loss?.mean ?? null,
  }[sort.key];
  return own ? sorted(groups, own, (group) => group.key, sort.descending) : [...groups];
}

function sorted<T>(
  items: readonly T[],
  read: (item: T) => Value,
  name: (item: T) => string,
  descending: boolean,
): T[] {
  const missing = (value: Value): boolean =>
    value === null || (typeof value === 'number' && !Number.isFinite(value));
  const keyed = items.map((item) => ({ item, value: read(item), name: name(item) }));
  keyed.sort((a, b) => {
    if (missing(a.value) || missing(b.value))
      return Number(missing(a.value)) - Number(missing(b.value)) || collator.compare(a.name, b.name);
    const order =
      typeof a.value === 'number' && typeof b.value === 'number'
        ? a.value - b.value
        : collator.compare(String(a.value), String(b.value));
    return (descending ? -order : order) || collator.compare(a.name, b.name);
  });
  return keyed.map(({ item }) => item);
}
