/** `meanfield compare`: two groups of runs, seed by seed. */
import type { Command } from 'commander';
import type { CompareFlags } from './compare-run.ts';
import { addExamples } from './help.ts';

const examples = [
  { words: 'compare runs:scheme=vanilla runs:scheme=mean-field' },
  { words: 'compare ablation:tau-start=unit ablation:tau-start=uniform --metric test-loss' },
  { words: 'compare results.csv:method=baseline results.csv:method=ours --metric accuracy' },
];
const groups =
  'Each group is a run folder, a folder of runs or of TensorBoard logs, or a CSV file with a column of seeds. ' +
  ':KEY=VALUE,KEY=VALUE chooses runs by their settings, or rows by their columns. Runs with the same seed are a pair.';

export function registerCompare(program: Command): void {
  const command = program
    .command('compare')
    .description('compare two groups of runs on the same seeds: means, paired difference, interval, p-value')
    .argument('<a>', 'first group: PATH or PATH:KEY=VALUE,..')
    .argument('<b>', 'second group')
    .option('--metric <name>', 'number to compare (default: test-error, or the only number of a CSV file)')
    .option('--seed-column <name>', 'CSV files: column of seeds (default: seed, or one that ends in it)')
    .option('--output <file>', 'also write a figure: .svg, .png or .pdf')
    .option('--json', 'print one JSON object at the end')
    .action(async (a: string, b: string, flags: CompareFlags) => {
      const { runCompare } = await import('./compare-run.ts');
      await runCompare(a, b, flags);
    });
  addExamples(command, examples, [groups]);
}
