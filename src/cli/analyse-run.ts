/** Runs `meanfield analyse`: measures, writes the page, prints the deciding numbers. */
import { join } from 'node:path';
import { exitCodes, UsageError } from '../errors.ts';
import { analyse } from '../experiment/analyse/index.ts';
import { makeFolder } from '../io/index.ts';
import { formatBand, formatMeasured, writeAnalysis, writeReport } from '../report/index.ts';
import { type Analysis, type Check, notRunFolder, runFiles } from '../runs/index.ts';
import { withThreads } from './cores.ts';
import { duration, print, printJson, say } from './output.ts';
import { textTable } from './text-table.ts';

export interface AnalyseFlags {
  images: number;
  gradientImages: number;
  draws: number;
  seed: number;
  checkpoint: string;
  ema?: boolean;
  dataDir?: string;
  output?: string;
  threads?: number;
  json?: boolean;
}

/** Returns the exit code: failed if an identity does not hold. */
export async function runAnalysis(run: string, flags: AnalyseFlags): Promise<number> {
  const problem = notRunFolder(run);
  if (problem !== undefined) throw new UsageError(problem);
  makeFolder(flags.output ?? run);
  const analysis = await withThreads('analyse', flags.threads, () =>
    analyse(run, {
      ...flags,
      onProgress: (title, done, of) => {
        say(`analyse: ${done + 1}/${of} ${title}`);
      },
    }),
  );
  const { html, json } = writeAnalysis(analysis, flags.output ?? run);
  // The run's own page links to the analysis beside it.
  if (flags.output === undefined) await writeReport([run], { html: join(run, runFiles.report) });
  const failed = analysis.sections.flatMap(({ checks }) => checks.filter(({ pass }) => !pass));
  if (!flags.json) print(analysisText(analysis));
  say(`analyse: ${html}, ${json} (${duration(analysis.seconds)})`);
  for (const { name, measured, band } of failed)
    say(`analyse: ${name}: ${formatMeasured(measured)}, must be ${formatBand(band)}`);
  if (flags.json) printJson({ ...analysis, page: html, ok: failed.length === 0 });
  return failed.length ? exitCodes.failed : exitCodes.done;
}

/** The deciding numbers as a table. */
function analysisText({ sections }: Analysis): string {
  const judged = (checks: readonly Check[]): string[][] =>
    checks.map(({ name, measured, band, pass }) => [
      name,
      formatMeasured(measured),
      formatBand(band),
      pass ? 'holds' : 'does not hold',
    ]);
  const rows = sections.flatMap(({ id, reported, findings, checks }) =>
    [
      ...Object.entries(reported).map(([name, value]) => [name, formatMeasured(value), '', '']),
      ...judged(findings),
      ...judged(checks),
    ].map((row, i) => [i === 0 ? id : '', ...row]),
  );
  return textTable(['', 'quantity', 'measured', 'must be', ''], rows);
}
