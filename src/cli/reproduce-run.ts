/** Runs `meanfield reproduce`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkInteger, checkOneOf } from '../check.ts';
import { generatedDatasets, fetchHint, listDatasets, trainableDatasets } from '../data/index.ts';
import { DataError, exitCodes, type ExitCode, UsageError } from '../errors.ts';
import {
  importRuns,
  estimateGrid,
  type Cell,
  type Grid,
  type GridEstimate,
  gridResults,
  makeGrid,
  openRecords,
  type PresetName,
  publishRuns,
  shardOf,
  standingOf,
  trainCells,
} from '../experiment/index.ts';
import { makeFolder } from '../io/index.ts';
import { cpuHasBf16 } from '../native/index.ts';
import { leaseCores, threadsOfEnvironment } from '../processes/index.ts';
import {
  armTable,
  comparisonTable,
  reproductionTable,
  type Table,
  verdictSentences,
  verdictTable,
  writeReproduction,
  writeReproductionRecord,
} from '../report/index.ts';
import type { Reproduction } from '../runs/index.ts';
import { flagOf, interruptCodes, listenForInterrupt, type TrainOptions } from '../train/index.ts';
import { print, printJson, say } from './output.ts';
import { gridPrinter } from './reproduce-progress.ts';
import { textTable } from './text-table.ts';
import { clearLiveLine } from './terminal.ts';

export interface ReproduceFlags {
  preset: PresetName;
  rows?: string[];
  schemes?: string[];
  seeds?: number[];
  tauStarts?: string[];
  tauLrFactors?: number[];
  dataset?: string;
  dataDir?: string;
  width?: number;
  epochs?: number;
  lr?: number;
  valSplit?: number;
  limitTrainBatches?: number;
  amp?: boolean | undefined;
  device?: string;
  output?: string;
  jobs?: number;
  threads?: number;
  shard?: string;
  dryRun?: boolean;
  reportOnly?: boolean;
  publish?: string;
  from?: string;
  json?: boolean;
}

/** Returns the exit code. */
export async function runReproduce(flags: ReproduceFlags): Promise<number> {
  checkTogether(flags);
  const root = flags.output ?? join('reproduce', flags.preset);
  const grid = gridOf(flags);
  const cells = flags.shard === undefined ? grid.cells : shardOf(grid, ...parseShard(flags.shard));
  checkDataDir(flags, grid);
  if ((flags.reportOnly || flags.publish !== undefined) && !existsSync(root))
    throw new UsageError(`${root} does not exist: give the folder of the grid with --output`);
  if (flags.from !== undefined) await adopt(grid, flags.from, root);
  const records = await openRecords(root);
  try {
    // A folder with other settings is refused before hours of work.
    for (const cell of grid.cells) standingOf(records.runs, cell);
    if (flags.publish !== undefined) return await publish(grid, records.runs, flags.publish, flags.json);
    if (flags.reportOnly) return await report(grid, root, records.runs, flags.json);
    checkData(cells, flags.dataDir);
    if (flags.dryRun) return await dryRun(cells, workOf(flags, cells, records.runs), flags.json);
  } finally {
    records.close();
  }
  makeFolder(root);
  await importRuns(grid, root, root);
  const exitCode = await trainGrid(cells, workOf(flags, cells, root), recordKeeper(grid, root));
  const reportCode = await report(grid, root, root, flags.json);
  return exitCode ?? reportCode;
}

/** Writes and prints the results. Returns the exit code. */
async function report(grid: Grid, root: string, runs: string, json = false): Promise<ExitCode> {
  const results = await gridResults(grid, runs);
  const { html } = await writeReproduction(results, root, runs);
  tellResults(results, json);
  say(`reproduce: ${html}`);
  if (json) printJson({ ...results, report: html });
  const diverged = results.unfinished.some(({ state }) => state === 'diverged');
  return diverged ? exitCodes.diverged : exitCodes.done;
}

/** Modes without training exclude each other. */
const withoutTraining = ['reportOnly', 'publish', 'dryRun'] as const;

/** @throws UsageError for flags that exclude each other */
function checkTogether(flags: ReproduceFlags): void {
  const given = withoutTraining.filter((key) => flags[key] !== undefined);
  if (given.length > 1)
    throw new UsageError(`${given.map((key) => `--${flagOf(key)}`).join(' and ')} cannot be used together`);
}

/** @throws DataError if a data set of the grid is missing */
function checkData(cells: readonly Cell[], dataDir: string | undefined): void {
  const needed = new Set<string>(cells.map(({ row }) => row.dataset));
  const missing = listDatasets(dataDir).find(({ name, found }) => needed.has(name) && found === undefined);
  if (missing)
    throw new DataError(
      `${missing.name} not found${dataDir === undefined ? '' : ` in ${dataDir}`}: give its folder with --data-dir${missing.fetchable ? `, or ${fetchHint(missing.name, dataDir)}` : ''}`,
    );
}

/** How to train the cells. */
interface Work {
  /** The folder of the run folders. */
  readonly root: string;
  /** Concurrent runs. */
  readonly jobs: number;
  /** Threads of each run. */
  readonly threads: number;
  readonly dataDir?: string;
}

const workOf = (flags: ReproduceFlags, cells: readonly Cell[], root: string): Work => ({
  root,
  ...sharesOf(flags, cells.length),
  ...(flags.dataDir !== undefined && { dataDir: flags.dataDir }),
});

async function dryRun(cells: readonly Cell[], work: Work, json = false): Promise<number> {
  // `exit` removes the folders of partly timed runs.
  const interrupt = listenForInterrupt((signal) => {
    process.exit(interruptCodes[signal]);
  });
  const onTiming = ({ row, arm }: Cell): void => {
    say(`timing ${row.network}, ${arm.label}`);
  };
  const estimate = await estimateGrid(cells, { ...work, onTiming });
  interrupt.release();
  tellEstimate(estimate, work, json);
  return exitCodes.done;
}

async function publish(grid: Grid, runs: string, to: string, json = false): Promise<number> {
  makeFolder(to);
  const { finished, packed, running } = await publishRuns(grid, runs, to);
  const records = await openRecords(to);
  try {
    const { html } = await writeReproduction(await gridResults(grid, records.runs), to, records.runs);
    for (const [name, bytes] of packed) say(`packed ${name}: ${(bytes / 1e6).toFixed(1)} MB`);
    for (const name of running) say(`${name} is still being trained and was skipped: stop it first`);
    say(`reproduce: ${finished} run${finished === 1 ? '' : 's'} published, ${html}`);
    if (json) printJson({ published: finished, packed: Object.fromEntries(packed), running, report: html });
    return exitCodes.done;
  } finally {
    records.close();
  }
}

async function adopt(grid: Grid, published: string, root: string): Promise<void> {
  if (!existsSync(published)) throw new UsageError(`--from ${published}: no such folder`);
  const { finished, resumable } = await importRuns(grid, published, root);
  say(`reproduce: ${finished} finished and ${resumable} interrupted runs copied from ${published}`);
}

function gridOf(flags: ReproduceFlags): Grid {
  const { preset, rows, schemes, seeds, tauLrFactors, dataset } = flags;
  const { width, epochs, lr, valSplit, limitTrainBatches, device, amp } = flags;
  const settings: TrainOptions = Object.fromEntries(
    Object.entries({ width, epochs, lr, valSplit, limitTrainBatches, device, amp }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  if (dataset !== undefined) checkOneOf('--dataset', dataset, trainableDatasets);
  const tauStarts = flags.tauStarts?.map((name) =>
    checkOneOf('--tau-starts', name, ['unit', 'uniform'] as const),
  );
  return makeGrid({
    preset,
    settings,
    bf16: cpuHasBf16(),
    ...(rows && { rows }),
    ...(schemes && { schemes }),
    ...(seeds && { seeds }),
    ...(tauStarts && { tauStarts }),
    ...(tauLrFactors && { tauLrFactors }),
    ...(dataset !== undefined && { dataset }),
  });
}

/** @throws UsageError for a data folder that no row reads */
function checkDataDir({ dataDir }: ReproduceFlags, { rows }: Grid): void {
  const drawn: readonly string[] = generatedDatasets;
  if (dataDir !== undefined && rows.every(({ dataset }) => drawn.includes(dataset)))
    throw new UsageError(
      `--data-dir has no effect on ${rows[0]?.dataset ?? 'this grid'}, which is generated`,
    );
}

/** @throws UsageError unless it is i/n with 1 <= i <= n */
function parseShard(text: string): [number, number] {
  const [, i, n] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const [index, count] = [Number(i), Number(n)];
  if (!(index >= 1 && index <= count))
    throw new UsageError(
      `--shard: expected i/n with i from 1 to n, such as 2/3, got ${JSON.stringify(text)}`,
    );
  return [index, count];
}

/** Concurrent runs and threads of each: by default a single-threaded run on every free core. */
function sharesOf(flags: ReproduceFlags, cells: number): { jobs: number; threads: number } {
  const lease = leaseCores();
  const free = lease.cores;
  lease.release();
  if (lease.holders.length > 0)
    say(
      `reproduce: ${free} of ${lease.total} cores are free; others are held by process ${lease.holders.join(', ')}`,
    );
  const wanted = flags.threads ?? threadsOfEnvironment();
  const maxJobs = wanted === undefined ? free : Math.max(1, Math.floor(free / wanted));
  const jobs = Math.min(checkInteger('--jobs', flags.jobs ?? maxJobs, { min: 1 }), cells);
  const threads = checkInteger('--threads', wanted ?? Math.max(1, Math.floor(free / jobs)), {
    min: 1,
  });
  return { jobs, threads };
}

/** Writes the record of the grid at each call, one write after the other. */
function recordKeeper(grid: Grid, root: string): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last
      .catch(() => undefined)
      .then(async () => {
        writeReproductionRecord(await gridResults(grid, root), root);
      });
    return last;
  };
}

/** Returns the exit code for unfinished work. */
async function trainGrid(
  cells: readonly Cell[],
  work: Work,
  keepRecord: () => Promise<void>,
): Promise<ExitCode | undefined> {
  const interrupt = listenForInterrupt(() => {
    say('stopping after this step (again to stop at once)');
  });
  const before = cells.filter((cell) => standingOf(work.root, cell).state === 'finished').length;
  const printer = gridPrinter(before, cells.length);
  const { onEnd } = printer.handlers;
  try {
    await keepRecord();
    const { failed, interrupted } = await trainCells(cells, {
      ...work,
      ...printer.handlers,
      onEnd: (cell, how) => {
        onEnd?.(cell, how);
        // The Studio shows the table as it fills up; the last write reports errors.
        if (how.how === 'finished') keepRecord().catch(() => undefined);
      },
      interrupted: () => interrupt.requested,
    });
    if (interrupted !== undefined) say('stopped; run the same command to resume');
    return interrupted ?? (failed.length ? printer.worstExit() : undefined);
  } finally {
    clearLiveLine();
    interrupt.release();
  }
}

const hours = (seconds: number): string => (seconds / 3600).toFixed(seconds < 3600 ? 2 : 1);

function tellEstimate({ cells, secondsLeft }: GridEstimate, { jobs, threads }: Work, json: boolean): void {
  if (json) {
    printJson({
      cells: cells.map(({ cell, state, seconds, secondsLeft: left, timing }) => ({
        name: cell.name,
        state,
        ...(seconds !== undefined && { seconds }),
        secondsLeft: left,
        ...(timing && { timing }),
      })),
      secondsLeft,
      jobs,
      threads,
    });
    return;
  }
  const rows = cells.map(({ cell, state, seconds, secondsLeft: left, timing }) => [
    cell.name,
    state,
    seconds === undefined ? '' : hours(seconds),
    hours(left),
    timing ? timing.secondsPerStep.toFixed(3) : '',
    timing ? String(timing.steps) : '',
  ]);
  print(textTable(['run', 'state', 'hours', 'hours left', 's/step', 'steps timed'], rows));
  say(
    `${cells.length} runs: ${hours(secondsLeft)} h left with ${jobs} at once and ${threads} thread${threads > 1 ? 's' : ''} each, at the current load of this machine`,
  );
}

function tellResults(results: Reproduction, json = false): void {
  const { rows, finished, unfinished, measuredOn } = results;
  const show = ({ header, rows: lines }: Table): void => {
    if (!json && lines.length) print(`${textTable(header, lines)}\n`);
  };
  if (rows.some(({ talk, arms }) => talk && arms.length)) show(reproductionTable(results));
  if (rows.some(({ talk, arms }) => talk && arms.length)) show(verdictTable(results));
  show(armTable(results));
  show(comparisonTable(results));
  say(
    `${finished} of ${finished + unfinished.length} runs finished; errors of the last epoch on the ${measuredOn} set, mean ± standard error (seeds)`,
  );
  for (const sentence of verdictSentences(results)) say(sentence);
  for (const { name, state } of unfinished) if (state === 'diverged') say(`${name} diverged`);
}
