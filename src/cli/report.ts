/** `meanfield report`: one page of a run, or of several side by side. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { printJson, say } from './output.ts';

export function registerReport(program: Command): void {
  program
    .command('report')
    .description('write report.html of a run, or of several side by side')
    .argument('<runs...>', 'run folders')
    .option(
      '--output <file>',
      'where the page goes (default: report.html of the run; with several, ./report.html)',
    )
    .option('--figures <dir>', 'write every figure as SVG and Vega-Lite too')
    .option('--json', 'print one JSON object at the end')
    .action(
      async (
        runs: string[],
        { output, figures, json }: { output?: string; figures?: string; json?: boolean },
      ) => {
        const { writeReport } = await import('../report/index.ts');
        const html = output ?? (runs.length === 1 ? join(runs[0] ?? '.', 'report.html') : 'report.html');
        await writeReport(runs, { html, ...(figures !== undefined && { figures }) });
        say(`report: ${html}`);
        if (json) printJson({ report: html, runs });
      },
    );
}
