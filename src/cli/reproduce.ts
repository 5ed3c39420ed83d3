/** `meanfield reproduce`: the talk's table, and the ablations that show what causes a gain. */
import { type Command, Option } from 'commander';
import { parseNumbers, parseSeeds, wholeNumber } from './flags.ts';
import type { ReproduceFlags } from './reproduce-run.ts';
import { schemes } from '../mean-field/schedules/names.ts';
import { type Example, addExamples } from './help.ts';
import { settingOption } from './train-flags.ts';

const words = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);

const examples: readonly Example[] = [
  { title: 'the whole pipeline in seconds, on synthetic images', words: 'reproduce --preset smoke' },
  {
    title: 'list the runs, and estimate their time on this machine',
    words: 'reproduce --preset fast --data-dir ~/data --dry-run',
  },
  {
    title: 'resume after a stop: the same command',
    words: 'reproduce --preset fast --data-dir ~/data --rows resnet20',
  },
  {
    title: 'ablate tau on held-out images',
    words:
      'reproduce --preset fast --data-dir ~/data --rows resnet20 --width 4 --seeds 1..12 --val-split 5000 --schemes vanilla,mean-field,mean-field-no-reorder --tau-lr-factors 1,0.1,0.01 --output ablation',
  },
];
const notes = [
  'Several processes or machines can share one folder: each takes runs that no other has.',
  'Errors are measured after the last epoch; the test set is not used before.',
];

export function registerReproduce(program: Command): void {
  const option = (flags: string, text: string, parse: (text: string) => unknown): Option =>
    new Option(flags, text).argParser(parse);
  const command = program
    .command('reproduce')
    .description("train a grid of networks, schemes and seeds: the talk's table and its controls")
    .addOption(
      new Option(
        '--preset <name>',
        'talk: the published recipe; fast: 15 epochs; smoke: synthetic images, seconds',
      )
        .choices(['talk', 'fast', 'smoke'])
        .default('fast'),
    )
    .addOption(option('--rows <names>', 'rows of the table, such as resnet20,resnet56', words))
    .addOption(
      option(
        '--schemes <names>',
        `${schemes.join(', ')}, mean-field-no-reorder (default: vanilla, mean-field, mean-field-no-reorder)`,
        words,
      ),
    )
    .addOption(option('--seeds <list>', '1,2,5 or 1..12', parseSeeds))
    .addOption(option('--tau-starts <laws>', 'ablation: unit,uniform', words))
    .addOption(option('--tau-lr-factors <list>', 'ablation: such as 1,0.1,0.01', parseNumbers))
    .addOption(settingOption('dataset', 'overrides that of the rows'))
    .addOption(settingOption('dataDir'))
    .addOption(settingOption('width', 'channels of the first stage'))
    .addOption(settingOption('epochs', 'overrides that of the preset'))
    .addOption(settingOption('lr', 'overrides that of the preset'))
    .addOption(
      settingOption(
        'valSplit',
        'number of held-out training images; errors are measured on them, to choose settings',
      ),
    )
    .addOption(settingOption('limitTrainBatches'))
    .option('--amp', 'bf16 autocast (preset fast: where the CPU has it)')
    .option('--no-amp', 'f32')
    .addOption(settingOption('device'))
    .option('--output <dir>', 'folder of the grid (default: reproduce/<preset>)')
    .addOption(option('--jobs <n>', 'concurrent runs (default: one per free core)', wholeNumber(1)))
    .addOption(settingOption('threads', 'threads per run (default: OMP_NUM_THREADS, or free cores / jobs)'))
    .option('--shard <i/n>', 'train only the i-th of n parts of the grid')
    .option('--dry-run', 'list the runs with their estimated times, from 50 timed steps of each kind')
    .option('--report-only', 'do not train; write the page from the existing runs')
    .option(
      '--publish <dir>',
      'do not train; write the page there, with one archive of the records of finished runs (without checkpoints and paths) and of interrupted runs with their last checkpoint',
    )
    .option(
      '--from <dir>',
      'start from a published grid: keep its finished runs, resume its interrupted runs',
    )
    .option('--json', 'print one JSON object at the end');
  addExamples(command, examples, notes);
  command.action(async (flags: ReproduceFlags) => {
    const { runReproduce } = await import('./reproduce-run.ts');
    process.exitCode = await runReproduce({
      ...flags,
      // commander's implied `true` of --no-amp is not a request.
      ...(command.getOptionValueSource('amp') === 'cli' ? {} : { amp: undefined }),
    });
  });
}
