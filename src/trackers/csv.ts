/** One table a run: a row for each step, a column for each metric. */
import { join } from 'node:path';
import { type CsvRow, encodeCsv, makeFolder, writeFileAtomic } from '../io/index.ts';
import type { History } from './history.ts';
import type { Tracker } from './tracker.ts';

/** The metrics of a step in one row, with empty cells where a step has none. */
export function historyRows({ points }: History, time: (seconds: number) => number | string): CsvRow[] {
  const names = [...new Set(points.flatMap(({ metrics }) => Object.keys(metrics)))];
  const rows = new Map<number, Record<string, number | string | null>>();
  for (const { step, time: seconds, metrics } of points) {
    const row = rows.get(step) ?? {
      step,
      timestamp: time(seconds),
      ...Object.fromEntries(names.map((name) => [name, null])),
    };
    rows.set(step, Object.assign(row, metrics));
  }
  return [...rows.values()];
}

export function writeTable(
  history: History,
  output: string,
  time: (seconds: number) => number | string,
): string[] {
  makeFolder(output);
  const file = join(output, `${history.name}.csv`);
  writeFileAtomic(file, encodeCsv(historyRows(history, time)));
  return [file];
}

export const csv: Tracker = {
  place: 'output',
  write: (history, output) => writeTable(history, output, (seconds) => seconds),
  hint: (output) => `read with pandas.read_csv or read.csv: ${output}`,
};
