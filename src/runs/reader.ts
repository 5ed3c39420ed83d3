/**
 * Reads run folders. Files may be missing, half-written or damaged: readable parts are returned, unreadable ones are
 * listed in `problems`, and nothing throws.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { z } from 'zod';
import { readConfigFile } from './config-file.ts';
import { evenly } from './evenly.ts';
import { runFiles } from './layout.ts';
import { type ReadRecordsOptions, readRecords } from './records.ts';
import {
  recordSchema,
  resultNumbersSchema,
  resultSchema,
  samplesSchema,
  statusSchema,
  stepSchema,
  swapSchema,
} from './schemas.ts';
import { isRunFolder } from './run-folder.ts';
import { lastEpochFromCsv, summaryFromCsv } from './summary.ts';
import type {
  EpochRecord,
  PlainRecord,
  ResultNumbers,
  RunData,
  RunResult,
  RunStatus,
  StepRecord,
  SwapRecord,
  TestSamples,
} from './types.ts';

/** A run folder, read afresh on every call, so that a run in progress is followed. */
export interface Run {
  readonly name: string;
  readonly dir: string;
  /** Unreadable files so far, one line each. */
  readonly problems: readonly string[];
  config(): PlainRecord | undefined;
  environment(): PlainRecord | undefined;
  status(): RunStatus | undefined;
  result(): RunResult | undefined;
  samples(): TestSamples | undefined;
  /** Everything without long lists: faster, for many runs. */
  resultNumbers(): ResultNumbers | undefined;
  epochs(): EpochRecord[];
  /** The last record alone. */
  lastEpoch(): EpochRecord | undefined;
  steps(options?: ReadRecordsOptions): Promise<StepRecord[]>;
  swaps(): Promise<SwapRecord[]>;
  /** Names of the checkpoints, sorted. */
  checkpoints(): string[];
  /**
   * Everything; about `maxPoints` of the steps, plus those at which blocks swapped.
   *
   * @param options - maxPoints: default 1500. maxSwapSteps: maximum number of swap steps; default 2000.
   */
  data(options?: { maxPoints?: number; maxSwapSteps?: number }): Promise<RunData>;
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

const isMissing = (error: unknown): boolean =>
  [error, (error as Error).cause].some((one) => one instanceof Error && codeOf(one) === 'ENOENT');

const reasonOf = (error: unknown): string =>
  codeOf(error) ? `cannot be read (${codeOf(error)})` : (error as Error).message;

export function readRun(folder: string): Run {
  const dir = folder;
  const problems = new Set<string>();
  const path = (name: string): string => join(dir, name);

  /** A failure is a problem, unless the file is optional. */
  function fail(name: string, needed: boolean, error: unknown): void {
    // Errors name the path of the file; here the name is enough.
    if (!isMissing(error)) problems.add(`${name}: ${reasonOf(error).replaceAll(path(name), 'it')}`);
    else if (!existsSync(dir)) problems.add(`${dir} is missing`);
    else if (needed) problems.add(`${name} is missing`);
  }

  function attempt<T>(name: string, needed: boolean, read: (file: string) => T): T | undefined {
    try {
      return read(path(name));
    } catch (error) {
      fail(name, needed, error);
      return undefined;
    }
  }

  function json<T>(name: string, schema: z.ZodType<T>, needed: boolean): T | undefined {
    const content = attempt(name, needed, (file): unknown => JSON.parse(readFileSync(file, 'utf8')));
    if (content === undefined) return undefined;
    const parsed = schema.safeParse(content);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const where = issue?.path.length ? `${issue.path.map(String).join('.')}: ` : '';
    problems.add(`${name}: ${where}${issue?.message ?? 'not valid'}`);
    return undefined;
  }

  async function journal<T>(
    name: string,
    schema: z.ZodType<T>,
    needed: boolean,
    options?: ReadRecordsOptions,
  ): Promise<T[]> {
    try {
      const found = await readRecords(path(name), schema, options);
      for (const problem of found.problems) problems.add(`${name}: ${problem}`);
      return found.records;
    } catch (error) {
      fail(name, needed, error);
      return [];
    }
  }

  const run: Run = {
    name: basename(resolve(dir)),
    dir,
    get problems() {
      return [...problems];
    },
    config: () => attempt(runFiles.config, true, readConfigFile),
    environment: () => json(runFiles.environment, recordSchema, false),
    status: () => json(runFiles.status, statusSchema, true),
    result: () => json(runFiles.result, resultSchema, false),
    samples: () => json(runFiles.samples, samplesSchema, false),
    resultNumbers: () => json(runFiles.result, resultNumbersSchema, false),
    epochs() {
      const found = attempt(runFiles.summary, false, (file) => summaryFromCsv(readFileSync(file, 'utf8')));
      for (const problem of found?.problems ?? []) problems.add(`${runFiles.summary}: ${problem}`);
      return found?.epochs ?? [];
    },
    lastEpoch() {
      const found = attempt(runFiles.summary, false, (file) => lastEpochFromCsv(readFileSync(file, 'utf8')));
      for (const problem of found?.problems ?? []) problems.add(`${runFiles.summary}: ${problem}`);
      return found?.epoch;
    },
    steps: (options) => journal(runFiles.metrics, stepSchema, true, options),
    swaps: () => journal(runFiles.swaps, swapSchema, false),
    checkpoints: () => attempt(runFiles.checkpoints, false, (folder) => readdirSync(folder).sort()) ?? [],
    async data({ maxPoints = 1500, maxSwapSteps = 2000 } = {}) {
      const swaps = await run.swaps();
      const keep = new Set(evenly([...new Set(swaps.map(({ step }) => step))], maxSwapSteps));
      const steps = await run.steps({ maxPoints, keep });
      const [config, environment, status, result] = [
        run.config(),
        run.environment(),
        run.status(),
        run.result(),
      ];
      const epochs = run.epochs();
      return {
        name: run.name,
        dir,
        ...(config && { config }),
        ...(environment && { environment }),
        ...(status && { status }),
        ...(result && { result }),
        steps,
        epochs,
        swaps,
        problems: run.problems,
      };
    },
  };
  return run;
}

/** The run folders in `root`, oldest first: those with a status or a configuration. */
export function listRuns(root: string): Run[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => join(root, entry.name))
    .filter(isRunFolder)
    .sort((a, b) => (basename(a) < basename(b) ? -1 : 1))
    .map(readRun);
}
