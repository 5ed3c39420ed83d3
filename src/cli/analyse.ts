/** `meanfield analyse`: a trained net as an ensemble of paths and as a mean-field flow. */
import type { Command } from 'commander';
import type { AnalyseFlags } from './analyse-run.ts';
import { emaFlag, wholeNumber } from './flags.ts';
import { threadsOption } from './train-flags.ts';

export function registerAnalyse(program: Command): void {
  program
    .command('analyse')
    .description(
      'look inside a trained net: paths, deleted and permuted blocks, costates, functional gradient',
    )
    .argument('<run>', 'run folder')
    .option('--images <n>', 'number of test images for errors, evenly spaced', wholeNumber(1), 1000)
    .option('--gradient-images <n>', 'number of those images for derivatives', wholeNumber(1), 64)
    .option('--draws <n>', 'max subsets, permutations and paths of each kind', wholeNumber(1), 20)
    .option('--seed <n>', 'random seed', wholeNumber(0), 1)
    .option('--checkpoint <name>', 'last, best, epoch-NNN, or a checkpoint folder', 'last')
    .option(...emaFlag)
    .option('--data-dir <dir>', 'folder of the data set, if it has moved')
    .option('--output <dir>', 'output folder for analysis.html and analysis.json (default: the run folder)')
    .addOption(threadsOption())
    .option('--json', 'print one JSON object at the end')
    .action(async (run: string, flags: AnalyseFlags) => {
      const { runAnalysis } = await import('./analyse-run.ts');
      process.exitCode = await runAnalysis(run, flags);
    });
}
