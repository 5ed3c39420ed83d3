/** Runs of two configurations whose seeds pair up: the same initial weights, order of data and augmentation. */
import type { RunRow } from '../../protocol/index.ts';
import { criticalT, twoSidedP } from './student.ts';

export interface Paired {
  readonly first: string;
  readonly second: string;
  readonly seeds: readonly number[];
  /** Error of the first minus that of the second, by seed, in points: positive where the second is better. */
  readonly gains: readonly number[];
  readonly mean: number;
  readonly standardError: number | undefined;
  /** 95 %, of the mean; undefined for one pair or without spread. */
  readonly interval: readonly [number, number] | undefined;
  readonly pValue: number | undefined;
}

/** By configuration, in the order of the rows; of two runs with one seed the later one counts. */
function arms(rows: readonly RunRow[]): Map<string, Map<number, RunRow>> {
  const found = new Map<string, Map<number, RunRow>>();
  for (const row of rows) {
    if (row.configuration === null || row.seed === null || row.testError === null || !row.final) continue;
    const arm = found.get(row.configuration) ?? new Map<number, RunRow>();
    found.set(row.configuration, arm.set(row.seed, row));
  }
  return found;
}

/** Every two configurations of one data set with seeds in common. */
export function pairedDifferences(rows: readonly RunRow[]): Paired[] {
  const all = [...arms(rows)];
  return all.flatMap(([first, one], i) =>
    all.slice(i + 1).flatMap(([second, other]): Paired[] => {
      const seeds = [...one.keys()].filter((seed) => other.has(seed)).sort((a, b) => a - b);
      const sameData = [...one.values()][0]?.dataset === [...other.values()][0]?.dataset;
      if (!seeds.length || !sameData) return [];
      const gains = seeds.map((seed) => one.get(seed)!.testError! - other.get(seed)!.testError!);
      return [{ first, second, seeds, gains, ...summary(gains) }];
    }),
  );
}

function summary(gains: readonly number[]): Pick<Paired, 'mean' | 'standardError' | 'interval' | 'pValue'> {
  const n = gains.length;
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / n;
  if (n < 2) return { mean, standardError: undefined, interval: undefined, pValue: undefined };
  const standardError = Math.sqrt(gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (n - 1) / n);
  if (!(standardError > 0)) return { mean, standardError, interval: undefined, pValue: undefined };
  const reach = criticalT(n - 1) * standardError;
  return {
    mean,
    standardError,
    interval: [mean - reach, mean + reach],
    pValue: twoSidedP(mean / standardError, n - 1),
  };
}
