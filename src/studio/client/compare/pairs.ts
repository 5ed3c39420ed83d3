/** Runs of two configurations whose seeds pair up: the same initial weights, order of data and augmentation. */
import type { PlainRecord } from '../../../runs/index.ts';
import type { RunRow } from '../../protocol/index.ts';
import { criticalT, twoSidedP } from './student.ts';

/** As in a reproduction: a gain is positive where `arm` has fewer errors than `against`. */
export interface Paired {
  /** Configurations. */
  readonly arm: string;
  readonly against: string;
  readonly seeds: readonly number[];
  /** Error of `against` minus that of `arm`, by seed, in points. */
  readonly gains: readonly number[];
  readonly mean: number;
  readonly standardError: number | undefined;
  /** 95 %, of the mean; undefined for one pair or without spread. */
  readonly interval: readonly [number, number] | undefined;
  readonly pValue: number | undefined;
}

type Arm = ReadonlyMap<number, RunRow>;

/** By configuration, vanilla ones first, else in the order of the rows; of two runs with one seed the later one counts. */
function arms(rows: readonly RunRow[]): [string, Arm][] {
  const found = new Map<string, Map<number, RunRow>>();
  for (const row of rows) {
    if (row.configuration === null || row.seed === null || row.testError === null || !row.final) continue;
    const arm = found.get(row.configuration) ?? new Map<number, RunRow>();
    found.set(row.configuration, arm.set(row.seed, row));
  }
  const isLater = ([, arm]: [string, Arm]): number => ([...arm.values()][0]?.scheme === 'vanilla' ? 0 : 1);
  return [...found].sort((a, b) => isLater(a) - isLater(b));
}

/** By these a seed draws the same initial weights and the same batches. */
const drawnFrom = ['width', 'val-split', 'batch-size', 'limit-train-batches', 'initial-checkpoint'];

/**
 * Every two configurations of one net on one data set with seeds in common.
 *
 * @param settings - of a configuration
 */
export function pairedDifferences(
  rows: readonly RunRow[],
  settings: (configuration: string) => PlainRecord | undefined = () => undefined,
): Paired[] {
  const kind = ([configuration, arm]: [string, Arm]): string => {
    const [row] = arm.values();
    const own = settings(configuration);
    return JSON.stringify([row?.dataset, row?.model, ...drawnFrom.map((name) => own?.[name] ?? null)]);
  };
  const all = arms(rows);
  return all.flatMap((one, i) =>
    all.slice(i + 1).flatMap((other): Paired[] => {
      const [[against, first], [arm, second]] = [one, other];
      const seeds = [...first.keys()].filter((seed) => second.has(seed)).sort((a, b) => a - b);
      if (!seeds.length || kind(one) !== kind(other)) return [];
      const gains = seeds.map((seed) => first.get(seed)!.testError! - second.get(seed)!.testError!);
      return [{ arm, against, seeds, gains, ...summary(gains) }];
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
