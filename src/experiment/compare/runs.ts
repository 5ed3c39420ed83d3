/** Measurements in run folders. */
import { basename } from 'node:path';
import { isFolder } from '../../io/index.ts';
import { isRunFolder, listRuns, readRun, type Run } from '../../runs/index.ts';
import { flagOf } from '../../train/settings/flags.ts';
import type { Measured, Measurements } from './csv.ts';

/** The runs at a path: a run folder, or a folder of run folders. */
export function runsAt(path: string): Run[] {
  if (!isFolder(path)) return [];
  return isRunFolder(path) ? [readRun(path)] : listRuns(path);
}

export function measuredInRuns(runs: readonly Run[]): Measurements {
  const results = runs.map(measuredIn);
  const unfinished = runs.filter((_, i) => results[i] === undefined);
  return {
    measured: results.filter((one) => one !== undefined),
    notes:
      unfinished.length > 0
        ? [`not finished, left out: ${unfinished.map(({ dir }) => basename(dir)).join(', ')}`]
        : [],
  };
}

/** Settings as in `config.yaml`, and numbers of the result under the same kind of name: `test-error`. */
function measuredIn(run: Run): Measured | undefined {
  const result = run.resultNumbers();
  if (!result) return undefined;
  const numbers = Object.entries(result).filter(
    ([name, value]) => typeof value === 'number' && name !== 'seed',
  );
  const metrics = numbers.map(([name, value]): [string, unknown] => [flagOf(name), value]);
  const settings = Object.entries(run.config() ?? {}).filter(([name]) => name !== 'seed');
  return {
    seed: String(result.seed),
    step: Number.NaN,
    // `epochs` is a setting, and as a result it is equal.
    facts: new Map<string, unknown>([...metrics, ...settings, ['scheme', result.scheme]]),
    metrics: metrics.map(([name]) => name),
    source: run.dir,
  };
}
