/** Runs `meanfield export-run`. */
import { basename, resolve } from 'node:path';
import { exitCodes, type ExitCode, UsageError } from '../errors.ts';
import { readHistory, type TrackerName, trackers } from '../trackers/index.ts';
import { printJson, say } from './output.ts';
import { runFoldersAmong } from './run-arguments.ts';
import { visible } from './terminal.ts';

export interface HistoryFlags {
  to: TrackerName;
  output?: string;
  trackingUri?: string;
  json?: boolean;
}

/** @returns the exit code: failed if a path was left out. @throws FileError if no path is a run folder */
export async function runExportRun(paths: readonly string[], flags: HistoryFlags): Promise<ExitCode> {
  const tracker = trackers[flags.to];
  const place = placeOf(flags);
  const { runs, refused } = runFoldersAmong(paths, 'export-run');
  checkNames(runs);
  const written: { run: string; files: readonly string[]; metrics: number; steps: number }[] = [];
  for (const run of runs) {
    const history = await readHistory(run);
    for (const problem of history.problems) say(visible(`export-run: ${run}: ${problem}`));
    const files = await tracker.write(history, place);
    const metrics = new Set(history.points.flatMap((point) => Object.keys(point.metrics))).size;
    const steps = new Set(history.points.map(({ step }) => step)).size;
    written.push({ run, files, metrics, steps });
    say(visible(`export-run: ${metrics} metrics of ${steps} steps: ${files.join(', ')}`));
  }
  say(visible(`export-run: ${tracker.hint(place)}`));
  if (flags.json) printJson({ to: flags.to, written, refused });
  return refused.length ? exitCodes.failed : exitCodes.done;
}

/** @throws UsageError unless the flag that the tool needs is given, and no other */
function placeOf({ to, output, trackingUri }: HistoryFlags): string {
  const flags = { output: '--output', trackingUri: '--tracking-uri' };
  const given = { output, trackingUri };
  const { place } = trackers[to];
  const other = place === 'output' ? 'trackingUri' : 'output';
  if (given[other] !== undefined)
    throw new UsageError(`${flags[other]} has no effect with --to ${to}, which takes ${flags[place]}`);
  const found = given[place] ?? (place === 'trackingUri' ? process.env.MLFLOW_TRACKING_URI : undefined);
  if (found === undefined || found === '') throw new UsageError(`--to ${to} needs ${flags[place]}`);
  return found;
}

/** Files are named after runs. */
function checkNames(runs: readonly string[]): void {
  const folders = new Map<string, string>();
  for (const run of runs) {
    const name = basename(resolve(run));
    const other = folders.get(name);
    if (other !== undefined && resolve(other) !== resolve(run))
      throw new UsageError(`${other} and ${run} have the same name; export them to different folders`);
    folders.set(name, run);
  }
}
