/** Short labels that distinguish runs by their differing settings. */
import { formatValue } from '../../../draw/index.ts';
import type { PlainRecord } from '../../../runs/index.ts';
import type { RunRow } from '../../protocol/index.ts';
import { differing, incidental } from '../runs/configurations.ts';

/** Settings that come first in a label. */
const first = ['dataset', 'model', 'scheme', 'seed'] as const;
const maxParts = 4;

const partOf = (key: string, value: unknown): string =>
  ['dataset', 'model', 'scheme'].includes(key) ? formatValue(value) : `${key} ${formatValue(value)}`;

/**
 * One label per run with as few parts as possible: data, net, scheme and seed where they differ, then other settings.
 * If that is not enough, or too long, the folder name is used.
 */
export function compareLabels(
  rows: readonly RunRow[],
  configs: readonly (PlainRecord | undefined)[],
): string[] {
  const records: PlainRecord[] = rows.map((row, i) => ({
    ...configs[i],
    dataset: row.dataset,
    model: row.model,
    scheme: row.scheme,
    seed: row.seed,
  }));
  const differs = differing(records);
  const others = differs.filter((key) => !incidental.has(key));
  let used: string[] = first.filter((key) => differs.includes(key));
  const labelsOf = (keys: readonly string[]): string[] =>
    records.map((record) => keys.map((key) => partOf(key, record[key])).join(', '));
  const distinct = (keys: readonly string[]): number => new Set(labelsOf(keys)).size;
  while (distinct(used) < rows.length && used.length < maxParts) {
    const best = others
      .filter((key) => !used.includes(key))
      .map((key) => ({ key, apart: distinct([...used, key]) }))
      .reduce((a, b) => (b.apart > a.apart ? b : a), { key: '', apart: distinct(used) });
    if (!best.key) break;
    // The seed comes last.
    used = [...used.filter((key) => key !== 'seed'), best.key, ...used.filter((key) => key === 'seed')];
  }
  if (used.length && distinct(used) === rows.length) return labelsOf(used);
  return withoutSharedStart(
    rows.map(({ name, id }) => (rows.filter((row) => row.name === name).length > 1 ? id : name)),
  );
}

/** Strips the common prefix up to a dash or slash, since long names are truncated. */
function withoutSharedStart(names: readonly string[]): string[] {
  const [first = '', ...others] = names;
  if (!others.length) return [...names];
  let shared = 0;
  while (shared < first.length && others.every((name) => name[shared] === first[shared])) shared++;
  const start = Math.max(first.lastIndexOf('-', shared - 1), first.lastIndexOf('/', shared - 1)) + 1;
  return names.map((name) => name.slice(start) || name);
}
