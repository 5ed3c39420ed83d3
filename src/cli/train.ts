/** `meanfield train`: trains a net, writes its run folder and report. */
import type { Command } from 'commander';
import { commandSettings } from './command-settings.ts';
import { parseSeeds } from './flags.ts';
import { addTrainFlags, givenSettings } from './train-flags.ts';
import type { TrainFlags } from './train-choice.ts';

export function registerTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train a net: vanilla, mean-field (Algorithm 1), or one of the controls')
    .option('-c, --config <file>', 'YAML file of settings, named like the flags; flags override it')
    .option(
      '--resume <run>',
      'resume a run from its last checkpoint; last: the one of --output that stopped last',
    )
    .option(
      '--seeds <list>',
      'train once with each seed, such as 1,2,5 or 1..5, and print the mean',
      parseSeeds,
    )
    .option('--dry-run', 'print the settings and sizes; train and write nothing');
  for (const { flags, help } of Object.values(commandSettings)) command.option(flags, help);
  addTrainFlags(command).action(async (flags: TrainFlags) => {
    const { runTraining } = await import('./train-run.ts');
    await runTraining(
      // commander's implied `true` of --no-report does not count as given.
      command.getOptionValueSource('report') === 'cli' ? flags : { ...flags, report: undefined },
      givenSettings(command),
    );
  });
}
