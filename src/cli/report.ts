/** `meanfield report`: one page of a run, or of several side by side. */
import type { Command } from 'commander';
import type { ReportFlags } from './report-run.ts';

export function registerReport(program: Command): void {
  program
    .command('report')
    .description('write report.html for one run, or for several side by side')
    .argument('<runs...>', 'run folders')
    .option(
      '--output <file>',
      'output file (default: report.html in the run folder; for several runs, ./report.html)',
    )
    .option('--figures <dir>', 'also write every figure as SVG, with its data as CSV and Vega-Lite')
    .option('--json', 'print one JSON object at the end')
    .action(async (runs: string[], flags: ReportFlags) => {
      const { runReport } = await import('./report-run.ts');
      process.exitCode = await runReport(runs, flags);
    });
}
