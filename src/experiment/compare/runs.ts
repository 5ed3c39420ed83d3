/** Measurements in run folders. */
import { basename } from 'node:path';
import { FileError } from '../../errors.ts';
import { isFolder } from '../../io/index.ts';
import { isRunFolder, listRuns, notRunFolder, readRun, type Run } from '../../runs/index.ts';
import { flagOf } from '../../train/settings/flags.ts';
import type { Measured, Measurements } from './csv.ts';

/** @param path - a run folder, or a folder of run folders */
export function measuredInRuns(path: string): Measurements {
  const runs = isRunFolder(path) ? [readRun(path)] : isFolder(path) ? listRuns(path) : [];
  if (runs.length === 0) throw new FileError(notRunFolder(path) ?? `${path} holds no run folder`);
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
