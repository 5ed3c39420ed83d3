/** `meanfield demo`: the main features in a few minutes, as run by `npm run demo`. */
import type { Command } from 'commander';
import { wholeNumber } from './flags.ts';
import { printJson } from './output.ts';
import type { DemoFlags } from './demo-run.ts';
import { threadsOption } from './train-flags.ts';

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('train a small ResNet on Fashion-MNIST, vanilla and mean-field on the same seeds')
    .option('--output <dir>', 'parent folder of the runs and the report', 'runs')
    .option('--seeds <n>', 'seeds per scheme', wholeNumber(1), 2)
    .option('--epochs <n>', 'epochs per run', wholeNumber(1), 3)
    .option('--train-batches <n>', 'batches of 128 images per epoch', wholeNumber(1), 120)
    .addOption(threadsOption())
    .option('--json', 'print one JSON object at the end')
    .action(async (flags: DemoFlags) => {
      const { runDemo } = await import('./demo-run.ts');
      const outcome = await runDemo(flags);
      if (flags.json) printJson(outcome);
    });
}
