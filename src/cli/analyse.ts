/** `meanfield analyse`: a trained net as an ensemble of paths and as a mean-field flow. */
import type { Command } from 'commander';
import type { AnalyseFlags } from './analyse-run.ts';
import { wholeNumber } from './flags.ts';
import { threadsOption } from './train-flags.ts';

export function registerAnalyse(program: Command): void {
  program
    .command('analyse')
    .description('look into a trained net: paths, deleted and permuted blocks, costates, functional gradient')
    .argument('<run>', 'run folder')
    .option('--images <n>', 'test images for errors, evenly spaced', wholeNumber(1), 1000)
    .option('--gradient-images <n>', 'of these, images for derivatives', wholeNumber(1), 64)
    .option('--draws <n>', 'most subsets, permutations and paths of a kind', wholeNumber(1), 20)
    .option('--seed <n>', 'seed of the draws', wholeNumber(0), 1)
    .option('--checkpoint <name>', 'last, best, epoch-NNN, or a checkpoint folder', 'last')
    .option('--data-dir <dir>', 'where the data set is now, if it moved')
    .option('--output <dir>', 'folder for analysis.html and analysis.json (default: the run folder)')
    .addOption(threadsOption())
    .option('--json', 'print one JSON object at the end')
    .action(async (run: string, flags: AnalyseFlags) => {
      const { runAnalysis } = await import('./analyse-run.ts');
      process.exitCode = await runAnalysis(run, flags);
    });
}
