/**
 * Reads run folders. It does not load libtorch.
 *
 * @module meanfield/runs
 */
import { statSync } from 'node:fs';
import { FileError, UsageError } from '../errors.ts';
import { checkPath, type PathLike } from '../io/index.ts';
import { listRuns, readRun, type Run } from './reader.ts';
import { notRunFolder } from './run-folder.ts';

export type { Run } from './reader.ts';
export type { ReadRecordsOptions } from './records.ts';
export type * from './types.ts';

/**
 * Opens a run folder. Every method reads its file afresh, so that a run in progress can be followed. Files that are
 * missing, half-written or damaged are listed in `problems`.
 *
 * @throws UsageError if the folder is not a run folder
 *
 * @example
 * const run = openRun('runs/NAME');
 * console.log(run.result()?.testError, 'percent');
 * for (const { step, loss } of await run.steps()) console.log(step, loss);
 */
export function openRun(folder: PathLike): Run {
  const dir = checkPath('the run folder', folder);
  const problem = notRunFolder(dir);
  if (problem !== undefined) throw new UsageError(problem);
  return readRun(dir);
}

/**
 * Opens every run folder in `root`, oldest first by name.
 *
 * @throws FileError if `root` is not a folder
 *
 * @example
 * for (const run of openRuns('runs')) console.log(run.name, run.config()?.scheme, run.result()?.testError);
 */
export function openRuns(root: PathLike): Run[] {
  const dir = checkPath('the folder of runs', root);
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) throw new FileError(`${dir} is not a folder`);
  return listRuns(dir);
}
