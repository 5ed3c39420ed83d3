/** Which flags of `train` go together, and which run `--resume last` is. */
import { existsSync } from 'node:fs';
import { FileError, UsageError } from '../errors.ts';
import { currentStatus, isProcessAlive, listRuns, type Run } from '../runs/index.ts';
import type { CommandSettings } from './settings-file.ts';

/** As given, without defaults. */
export interface TrainFlags extends CommandSettings {
  config?: string;
  resume?: string;
  seeds?: readonly number[];
  dryRun?: boolean;
}

/** @throws UsageError for a flag that would have no effect beside another */
export function checkCombination(
  { config, output, name, resume, seeds, dryRun }: TrainFlags,
  settings: Readonly<Record<string, unknown>>,
): void {
  if (resume !== undefined) {
    const places = { '--name': name, ...(resume !== 'last' && { '--output': output }) };
    for (const [flag, value] of Object.entries({ '-c/--config': config, ...places }))
      if (value !== undefined)
        throw new UsageError(
          `${flag} cannot be used with --resume: a run resumes in its own folder with its own settings`,
        );
    if (seeds !== undefined) throw new UsageError('--seeds cannot be used with --resume: it resumes one run');
    if (dryRun) throw new UsageError('--dry-run cannot be used with --resume');
  }
  if (seeds !== undefined && 'seed' in settings)
    throw new UsageError('--seed and --seeds cannot be used together; list every seed in --seeds');
}

/** The run of a folder that was stopped, or whose process died, last. @throws FileError if there is none */
export function lastUnfinished(root: string): string {
  if (existsSync('last'))
    throw new UsageError('--resume last: there is a folder named last; give ./last for that');
  const unfinished = listRuns(root).flatMap((run) => {
    const heartbeat = unfinishedSince(run);
    return heartbeat === undefined ? [] : [{ dir: run.dir, heartbeat }];
  });
  const [last] = unfinished.sort((a, b) => b.heartbeat - a.heartbeat);
  if (!last) throw new FileError(`--resume last: ${root} holds no run that was stopped`);
  return last.dir;
}

/** The time of its last sign of life, in ms since 1970; undefined if the run is finished or in progress. */
function unfinishedSince(run: Run): number | undefined {
  const status = run.status();
  if (!status) return undefined;
  const { state } = currentStatus(status, () => run.status(), Date.now(), isProcessAlive);
  return state === 'stopped' || state === 'crashed' || state === 'failed'
    ? Date.parse(status.heartbeat)
    : undefined;
}
