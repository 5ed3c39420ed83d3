/** Runs `meanfield report`. */
import { join } from 'node:path';
import { exitCodes, type ExitCode } from '../errors.ts';
import { writeReport } from '../report/index.ts';
import { printJson, say } from './output.ts';
import { runFoldersAmong } from './run-arguments.ts';
import { visible } from './terminal.ts';

export interface ReportFlags {
  output?: string;
  figures?: string;
  json?: boolean;
}

/**
 * Reports on the run folders among the paths.
 *
 * @returns the exit code: failed if a path was left out
 * @throws FileError if no path is a run folder
 */
export async function runReport(paths: readonly string[], flags: ReportFlags): Promise<ExitCode> {
  const { runs, refused } = runFoldersAmong(paths, 'report');
  const html =
    flags.output ?? (runs.length === 1 && !refused.length ? join(runs[0]!, 'report.html') : 'report.html');
  const { problems } = await writeReport(runs, {
    html,
    ...(flags.figures !== undefined && { figures: flags.figures }),
  });
  for (const problem of problems) say(visible(`report: ${problem}`));
  say(visible(`report: ${html}`));
  if (flags.json) printJson({ report: html, runs, refused });
  return refused.length ? exitCodes.failed : exitCodes.done;
}
