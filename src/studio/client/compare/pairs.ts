/**
 * Pairs of runs of two configurations with the same seed, hence the same initial weights, data order and
 * augmentation.
 */
import type { Comparison, PlainRecord } from '../../../runs/index.ts';
import { pairedGain } from '../../../stats/paired.ts';
import type { RunRow } from '../../protocol/index.ts';

type Arm = ReadonlyMap<number, RunRow>;

/**
 * Groups runs by configuration: vanilla first, the others in row order. Of two runs with the same seed, the later one
 * counts.
 */
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

/** Settings that must agree for a seed to draw the same initial weights and batches. */
const drawnFrom = ['width', 'val-split', 'batch-size', 'limit-train-batches', 'initial-checkpoint'];

/**
 * Compares all pairs of configurations that share net, data set and seeds. As in a reproduction, a gain is positive
 * if `arm` has fewer errors than `against`.
 *
 * @param settings - returns the settings of a configuration
 */
export function pairedDifferences(
  rows: readonly RunRow[],
  settings: (configuration: string) => PlainRecord | undefined = () => undefined,
): Comparison[] {
  const kind = ([configuration, arm]: [string, Arm]): string => {
    const [row] = arm.values();
    const own = settings(configuration);
    return JSON.stringify([row?.dataset, row?.model, ...drawnFrom.map((name) => own?.[name] ?? null)]);
  };
  const all = arms(rows);
  return all.flatMap((one, i) =>
    all.slice(i + 1).flatMap((other): Comparison[] => {
      const [[against, first], [arm, second]] = [one, other];
      const seeds = [...first.keys()].filter((seed) => second.has(seed)).sort((a, b) => a - b);
      if (!seeds.length || kind(one) !== kind(other)) return [];
      const gains = seeds.map((seed) => first.get(seed)!.testError! - second.get(seed)!.testError!);
      return [{ arm, against, seeds, gains, gain: pairedGain(gains) }];
    }),
  );
}
