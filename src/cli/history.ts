/** `meanfield export-run`: the history of runs for TensorBoard and other tools. */
import { type Command, Option } from 'commander';
import { trackerDescriptions, trackerNames } from '../trackers/names.ts';
import { addExamples } from './help.ts';
import type { HistoryFlags } from './history-run.ts';

const examples = [
  { words: 'export-run runs/* --to tensorboard --output logs' },
  { words: 'export-run runs/* --to mlflow --tracking-uri http://127.0.0.1:5000' },
  { words: 'export-run runs/20260101-120000-resnet20-mean-field-s42 --to csv --output tables' },
];

export function registerExportRun(program: Command): void {
  const command = program
    .command('export-run')
    .description(
      'write the history of runs (losses, errors, rates, every tau) for TensorBoard and other tools',
    )
    .argument('<runs...>', 'run folders')
    .addOption(
      new Option(
        '--to <tool>',
        trackerNames.map((name) => `${name}: ${trackerDescriptions[name]}`).join('; '),
      )
        .choices(trackerNames)
        .makeOptionMandatory(),
    )
    .option('--output <dir>', 'folder of the files; those of the same run are replaced')
    .option(
      '--tracking-uri <url>',
      'mlflow: address of the server (default MLFLOW_TRACKING_URI); a run exported before is replaced',
    )
    .option('--json', 'print one JSON object at the end')
    .action(async (runs: string[], flags: HistoryFlags) => {
      const { runExportRun } = await import('./history-run.ts');
      process.exitCode = await runExportRun(runs, flags);
    });
  addExamples(command, examples);
}
