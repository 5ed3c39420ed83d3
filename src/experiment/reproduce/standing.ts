/** The state of a cell, read from its run folder and its claims. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FileError, UsageError } from '../../errors.ts';
import { holderOf, holderText } from '../../processes/index.ts';
import { readConfigFile, readRun, runFiles, type RunResult, type RunStatus } from '../../runs/index.ts';
import { changeableSettings, flagOf, savedConfig, type TrainConfig } from '../../train/index.ts';
import type { Cell } from './grid.ts';

export type Standing =
  | { readonly state: 'finished'; readonly result: RunResult }
  /** Diverged: another attempt would repeat the same numbers. */
  | { readonly state: 'diverged'; readonly message: string }
  | { readonly state: 'running'; readonly holder: string; readonly share: number }
  /** Interrupted: resumes from its last checkpoint. */
  | { readonly state: 'broken'; readonly share: number }
  | { readonly state: 'new' };

export const runFolder = (root: string, cell: Cell): string => join(root, cell.name);

/**
 * @param own - the caller holds the claim: the cell is not reported as running
 * @throws UsageError if the folder holds a run with other settings, FileError if its settings cannot be read
 */
export function standingOf(root: string, cell: Cell, { own = false } = {}): Standing {
  const dir = runFolder(root, cell);
  const held = (): string | undefined => {
    const holder = own ? undefined : holderOf(root, cell.name);
    return holder && holderText(holder);
  };
  if (!existsSync(join(dir, runFiles.config))) {
    // A kill between creating the folder and writing the settings leaves nothing worth keeping; anything else is not
    // ours to remove.
    if ([runFiles.result, runFiles.checkpoints].some((name) => existsSync(join(dir, name))))
      throw new FileError(`${dir} has no ${runFiles.config}: restore it, or delete ${dir} to train it again`);
    const holder = held();
    return holder === undefined ? { state: 'new' } : { state: 'running', holder, share: 0 };
  }
  checkSettings(dir, cell);
  const run = readRun(dir);
  const result = existsSync(join(dir, runFiles.result)) ? run.result() : undefined;
  if (result) return { state: 'finished', result };
  const status = run.status();
  const holder = held();
  if (holder !== undefined) return { state: 'running', holder, share: shareOf(status) };
  if (status?.state === 'diverged')
    return { state: 'diverged', message: status.message ?? 'the loss diverged' };
  return { state: 'broken', share: shareOf(status) };
}

/** Completed and total steps. */
function shareOf(status: RunStatus | undefined): number {
  return status && status.totalSteps > 0 ? status.step / status.totalSteps : 0;
}

function checkSettings(dir: string, { config }: Cell): void {
  const file = join(dir, runFiles.config);
  const saved = savedSettings(file, dir);
  for (const key of Object.keys({ ...saved, ...config }) as (keyof TrainConfig)[])
    if (!changeableSettings.has(key) && JSON.stringify(saved[key]) !== JSON.stringify(config[key]))
      throw new UsageError(
        `${dir} was trained with ${flagOf(key)} ${String(saved[key])}, but this grid has ${String(config[key])}: use the same settings${key === 'amp' ? ' (--amp or --no-amp, on every machine)' : ''}, or choose another --output`,
      );
}

function savedSettings(file: string, dir: string): TrainConfig {
  try {
    const record = readConfigFile(file);
    if (Object.keys(record).length > 0) return savedConfig(record, file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FileError(`${reason}; delete ${dir} to train it again`, error);
  }
  throw new FileError(`${file} is empty; delete ${dir} to train it again`);
}
