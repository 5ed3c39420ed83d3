/** Runs `meanfield report`. */
import { join } from 'node:path';
import { exitCodes, type ExitCode, FileError } from '../errors.ts';
import { writeReport } from '../report/index.ts';
import { notRunFolder } from '../runs/index.ts';
import { printJson, say } from './output.ts';
import { visible } from './terminal.ts';

export interface ReportFlags {
  output?: string;
  figures?: string;
  json?: boolean;
}

/**
 * Reports on the run folders among the paths: `runs/*` also matches pages and other folders.
 *
 * @returns the exit code: failed if a path was left out
 * @throws FileError if no path is a run folder
 */
export async function runReport(paths: readonly string[], flags: ReportFlags): Promise<ExitCode> {
  const refused = paths.flatMap((path) => {
    const reason = notRunFolder(path, { several: true });
    return reason === undefined ? [] : [{ path, reason }];
  });
  const runs = paths.filter((path) => refused.every((one) => one.path !== path));
  if (!runs.length) throw new FileError(refused.map(({ reason }) => reason).join('; '));
  const html =
    flags.output ?? (runs.length === 1 && !refused.length ? join(runs[0]!, 'report.html') : 'report.html');
  const { problems } = await writeReport(runs, {
    html,
    ...(flags.figures !== undefined && { figures: flags.figures }),
  });
  for (const problem of problems) say(visible(`report: ${problem}`));
  for (const { reason } of refused) say(visible(`report: skipped: ${reason}`));
  say(visible(`report: ${html}`));
  if (flags.json) printJson({ report: html, runs, refused });
  return refused.length ? exitCodes.failed : exitCodes.done;
}
