/** Groups runs by configuration and labels configurations by their differences. */
import type { PlainRecord } from '../../../runs/index.ts';
import { formatValue } from '../../../draw/index.ts';
import { type Mean, summarizeMean } from '../../../stats/summary.ts';
import type { RunRow } from '../../protocol/index.ts';

/** Settings that do not affect a result, or that every row shows anyway. */
export const incidental: ReadonlySet<string> = new Set([
  ...['dataset', 'model', 'scheme', 'reorder', 'seed'],
  ...['threads', 'device', 'output', 'name', 'data-dir'],
  ...['recovery-interval', 'checkpoint-every', 'val-interval'],
]);

/** Settings in which the records differ, in the order of the records. */
export function differing(records: readonly PlainRecord[]): string[] {
  const keys = new Set(records.flatMap((record) => Object.keys(record)));
  return [...keys].filter((key) => new Set(records.map((record) => JSON.stringify(record[key]))).size > 1);
}

/** The most common value; the first one if tied. */
function commonest(records: readonly PlainRecord[], key: string): string {
  const counts = new Map<string, number>();
  for (const record of records) {
    const value = JSON.stringify(record[key] ?? null);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/**
 * Labels each configuration with the settings in which it differs from most others of the same data, net and scheme:
 * `tau-lr-factor 0.1, epochs 30`; empty if there are none.
 */
export function configurationLabels(
  configurations: Readonly<Record<string, PlainRecord>>,
): ReadonlyMap<string, string> {
  const kinds = new Map<string, string[]>();
  for (const [key, record] of Object.entries(configurations)) {
    const kind = JSON.stringify([record.dataset, record.model, record.scheme, record.reorder]);
    const members = kinds.get(kind);
    if (members) members.push(key);
    else kinds.set(kind, [key]);
  }
  const labels = new Map<string, string>();
  for (const members of kinds.values()) {
    const records = members.map((key) => configurations[key] ?? {});
    const settings = differing(records).filter((setting) => !incidental.has(setting));
    const commonValues = new Map(settings.map((setting) => [setting, commonest(records, setting)]));
    members.forEach((key, i) => {
      const own = settings.filter(
        (setting) => JSON.stringify(records[i]?.[setting] ?? null) !== commonValues.get(setting),
      );
      labels.set(key, own.map((setting) => `${setting} ${formatValue(records[i]?.[setting])}`).join(', '));
    });
  }
  return labels;
}

/** Mean of the finite values; undefined if there are none. */
export function meanOf(values: readonly (number | null)[]): Mean | undefined {
  const finite = values.filter((value): value is number => value !== null && Number.isFinite(value));
  return finite.length ? summarizeMean(finite) : undefined;
}

export interface Group {
  readonly key: string;
  readonly rows: readonly RunRow[];
  /** Mean over the final runs. */
  readonly error: Mean | undefined;
  readonly loss: Mean | undefined;
}

/** Groups runs by configuration, in the order of first appearance. */
export function groupRows(rows: readonly RunRow[]): Group[] {
  const groups = new Map<string, RunRow[]>();
  for (const row of rows) {
    const key = row.configuration ?? `?${row.id}`;
    const members = groups.get(key);
    if (members) members.push(row);
    else groups.set(key, [row]);
  }
  return [...groups].map(([key, members]) => {
    const final = members.filter((row) => row.final);
    return {
      key,
      rows: members,
      error: meanOf(final.map((row) => row.testError)),
      loss: meanOf(final.map((row) => row.trainLoss)),
    };
  });
}
