/** `train --seeds`: the same settings with several seeds, one run after another. */
import { summarizeMean } from '../stats/index.ts';
import { print, say } from './output.ts';
import { textTable } from './text-table.ts';
import type { TrainResult } from './train-result.ts';

/** The output of --json. */
export interface SeedsResult {
  readonly seeds: readonly number[];
  readonly runs: readonly TrainResult[];
  /** Over the finished runs; the standard error is absent for one. */
  readonly testError?: { readonly n: number; readonly mean: number; readonly standardError?: number };
}

/** Trains until a run is interrupted. @param train - trains one run */
export async function trainSeeds(
  seeds: readonly number[],
  train: (seed: number) => Promise<TrainResult>,
): Promise<SeedsResult> {
  const runs: TrainResult[] = [];
  for (const seed of seeds) {
    const run = await train(seed);
    runs.push(run);
    if (run.finished) continue;
    const left = seeds.slice(runs.length);
    if (left.length > 0) say(`not started: seed ${left.join(', ')}`);
    break;
  }
  const errors = runs.flatMap(({ testError }) => testError ?? []);
  if (errors.length === 0) return { seeds, runs };
  const testError = summarizeMean(errors);
  print(
    textTable(
      ['seed', 'test error %', 'run'],
      runs.map(({ testError: error, run }, i) => [String(seeds[i]), error?.toFixed(2) ?? 'stopped', run]),
    ),
  );
  const { n, mean, standardError } = testError;
  print(
    `test error ${mean.toFixed(2)}${standardError === undefined ? '' : ` ± ${standardError.toFixed(2)}`} % (mean ± standard error, ${n} seed${n === 1 ? '' : 's'})`,
  );
  return { seeds, runs, testError };
}
