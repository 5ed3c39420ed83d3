/** Short names that tell runs apart: what differs between them. */
import { formatValue } from '../../../report/format.ts';
import type { PlainRecord } from '../../../runs/index.ts';
import type { RunRow } from '../../protocol/index.ts';
import { differing } from '../runs/configurations.ts';

/** Differences that say nothing of the result. */
const incidental = new Set([
  'threads',
  'device',
  'output',
  'name',
  'data-dir',
  'recovery-interval',
  'checkpoint-every',
  'val-interval',
  'reorder',
]);
const mostParts = 4;

const partOf = (key: string, value: unknown): string =>
  ['dataset', 'model', 'scheme'].includes(key) ? formatValue(value) : `${key} ${formatValue(value)}`;

/** One a run; where the settings do not tell two apart, or are too many, the name of the folder does. */
export function compareLabels(
  rows: readonly RunRow[],
  configs: readonly (PlainRecord | undefined)[],
): string[] {
  const records = rows.map((row, i) => ({
    ...configs[i],
    dataset: row.dataset,
    model: row.model,
    scheme: row.scheme,
    seed: row.seed,
  }));
  const keys = differing(records).filter((key) => !incidental.has(key));
  const rank = ['dataset', 'model', 'scheme'];
  keys.sort((a, b) => (rank.indexOf(a) + 1 || 9) - (rank.indexOf(b) + 1 || 9));
  const last = keys.indexOf('seed');
  if (last >= 0) keys.push(...keys.splice(last, 1));
  const labels = records.map((record: Readonly<Record<string, unknown>>) =>
    keys.map((key) => partOf(key, record[key])).join(', '),
  );
  const useful = keys.length > 0 && keys.length <= mostParts && new Set(labels).size === labels.length;
  return useful
    ? labels
    : rows.map(({ name, id }) => (rows.filter((row) => row.name === name).length > 1 ? id : name));
}
