/** Reads a run folder as a row of the list. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { summariseRun } from '../../runs/run-summary.ts';
import {
  countLines,
  evaluationSet,
  lastRecord,
  type LiveState,
  type PlainRecord,
  readConfigFile,
  readRun,
  runFiles,
  type RunStatus,
  stepSchema,
} from '../../runs/index.ts';
import type { RunRow } from '../protocol/index.ts';
import { type SharedConfiguration, sharedConfiguration } from './configurations.ts';
import type { RunFolderFiles } from './path-guard.ts';

/** The part of a row that is read from files; `state` follows from the status and the time. */
export interface RowData {
  readonly row: RunRow;
  readonly status: RunStatus | undefined;
  readonly shared: SharedConfiguration | undefined;
}

const emptyRow = {
  state: 'unknown',
  dataset: 'unknown',
  model: 'unknown',
  scheme: 'unknown',
  seed: null,
  configuration: null,
  epochs: 0,
  plannedEpochs: null,
  step: 0,
  totalSteps: 0,
  testError: null,
  evaluatedOn: 'test',
  trainLoss: null,
  seconds: null,
  imagesPerSecond: null,
  swaps: 0,
  started: null,
  heartbeat: null,
  final: false,
  resumable: false,
  stoppedEarly: false,
} as const;

/** The row of a run that cannot be read. */
export function unreadableRow(id: string, problems: readonly string[]): RowData {
  return { row: { ...emptyRow, id, name: basename(id), problems }, status: undefined, shared: undefined };
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

/**
 * Reads the row; damage goes to `problems`. For a run with a result, no step is read.
 *
 * @param found - the files of the folder, inspected just before
 */
export function readRow(id: string, dir: string, found: RunFolderFiles, now: number): RowData {
  if (found.refused.length)
    return unreadableRow(
      id,
      found.refused.map((line) => `${line}: this run was not read`),
    );
  const has = (name: string): boolean => found.files.has(name);
  const sizeOf = (name: string): number => found.files.get(name)?.size ?? 0;
  const run = readRun(dir);
  const status = has(runFiles.status) ? run.status() : undefined;
  const result = has(runFiles.result) ? run.resultNumbers() : undefined;
  const lastEpoch = has(runFiles.summary) ? run.lastEpoch() : undefined;
  const problems: string[] = [];
  if (!has(runFiles.status)) problems.push(`${runFiles.status} is missing`);
  const config = readSettings(dir, found, problems);
  const shared = config && sharedConfiguration(config);
  // A finished run shows its test error, so its last measured error is not needed.
  const environment = result || !has(runFiles.environment) ? undefined : run.environment();
  const last = result
    ? undefined
    : lastRecord(join(dir, runFiles.metrics), sizeOf(runFiles.metrics), stepSchema);
  const summary = summariseRun(
    {
      name: basename(dir),
      dir,
      ...(config && { config }),
      ...(status && { status }),
      ...(result && { result }),
      steps: last ? [last] : [],
      epochs: lastEpoch ? [lastEpoch] : [],
      swaps: [],
      problems: [],
    },
    now,
  );
  const final = result !== undefined;
  return {
    status,
    shared,
    row: {
      id,
      name: summary.name,
      state: summary.state,
      dataset: summary.dataset,
      model: summary.model,
      scheme: summary.scheme,
      seed: summary.seed ?? null,
      configuration: shared?.key ?? null,
      epochs: result?.epochs ?? (lastEpoch ? lastEpoch.epoch + 1 : 0),
      plannedEpochs: summary.plannedEpochs ?? result?.epochs ?? null,
      step: Math.max(summary.steps, status?.step ?? 0),
      totalSteps: status?.totalSteps ?? result?.steps ?? 0,
      testError: finite(summary.testError),
      evaluatedOn: final ? 'test' : evaluationSet(config, environment),
      trainLoss: finite(summary.trainLoss),
      seconds: finite(summary.seconds),
      imagesPerSecond: finite(summary.imagesPerSecond),
      swaps: result?.swaps ?? countLines(join(dir, runFiles.swaps), sizeOf(runFiles.swaps)),
      started: status?.started ?? null,
      heartbeat: status?.heartbeat ?? null,
      final,
      resumable: canResume(dir, summary.state, final, found),
      stoppedEarly: summary.stoppedEarly,
      problems: [...problems, ...run.problems],
    },
  };
}

/** The row in another state, which decides whether the run can be resumed. */
export function rowInState(row: RunRow, state: LiveState, dir: string, found: RunFolderFiles): RunRow {
  return { ...row, state, resumable: canResume(dir, state, row.final, found) };
}

function canResume(dir: string, state: RunRow['state'], final: boolean, { names }: RunFolderFiles): boolean {
  if (final || state === 'running' || state === 'finished') return false;
  return (
    names.has(runFiles.config) &&
    names.has(runFiles.checkpoints) &&
    existsSync(join(dir, runFiles.checkpoints, 'last'))
  );
}

function readSettings(dir: string, { files }: RunFolderFiles, problems: string[]): PlainRecord | undefined {
  const { config } = runFiles;
  if (!files.has(config)) {
    problems.push(`${config} is missing`);
    return undefined;
  }
  const file = join(dir, config);
  try {
    return readConfigFile(file);
  } catch (error) {
    const { message } = error as Error;
    problems.push(`${config}: ${message.replaceAll(file, 'it')}`);
    return undefined;
  }
}
