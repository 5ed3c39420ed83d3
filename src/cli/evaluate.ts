/** `meanfield evaluate`: test error of a checkpoint. */
import type { Command } from 'commander';
import { parseInteger } from './flags.ts';
import { printJson } from './output.ts';
import type { EvaluateFlags } from './evaluate-run.ts';

export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('test a trained net: top-1, top-5, per class, confusion')
    .argument('<run>', 'run folder')
    .option('--checkpoint <name>', 'last, best, epoch-NNN, or a checkpoint folder', 'last')
    .option('--data-dir <dir>', 'where the data set is now, if it moved')
    .option('--threads <n>', 'CPU threads', parseInteger)
    .option('--json', 'print one JSON object at the end')
    .action(async (run: string, flags: EvaluateFlags) => {
      const { evaluateRun, evaluationText } = await import('./evaluate-run.ts');
      const outcome = await evaluateRun(run, flags);
      if (flags.json) printJson(outcome);
      else process.stdout.write(evaluationText(outcome));
    });
}
