/** The flags of `train` and of what trains; names as timm, Lightning and torchrun have them. */
import { type Command, Option } from 'commander';
import { parseInteger, parseNumber, parseNumbers } from './flags.ts';

/** Adds the flags that describe a training run. Defaults stand in the configuration's schema, not here. */
export function addTrainFlags(command: Command): Command {
  const number = (flags: string, text: string): Option => new Option(flags, text).argParser(parseNumber);
  const integer = (flags: string, text: string): Option => new Option(flags, text).argParser(parseInteger);
  const options: Option[] = [
    new Option(
      '--dataset <name>',
      'fashion-mnist, cifar10, cifar100, idx, image-folder, synthetic-images (default fashion-mnist)',
    ),
    new Option('--data-dir <dir>', 'where the data set is (`meanfield data list`)'),
    integer('--image-size <pixels>', 'image-folder: scale images to this side'),
    new Option(
      '-a, --model <name>',
      'resnetD, preresnetD (D = 6n+2, and preresnet164), either with -bottleneck (D = 9n+2), resnext29-8x64d, resnext29-16x64d, resnextD-CxWd (default resnet20)',
    ),
    integer(
      '--width <channels>',
      'channels of the stem, which scale the whole net but the groups of a resnext (default 16; resnext 64)',
    ),
    new Option(
      '--shortcut <kind>',
      'where width or resolution change: option-a subsamples and pads, option-b is a 1 x 1 convolution (default: option-a for basic blocks, option-b for bottlenecks)',
    ),
    new Option(
      '--initial-checkpoint <file>',
      'start from the weights of a file: a state dictionary of torch.save (.pth, .th, ..) or safetensors',
    ),
    new Option(
      '--key-style <style>',
      'names in that file: akamaster, torchvision, preresnet, meanfield (default: found out)',
    ),
    new Option('--scheme <name>', 'vanilla, mean-field, intervals, learned-step (default mean-field)'),
    new Option('--no-reorder', 'mean-field with its order frozen: the control for reordering'),
    new Option('--tau-start <law>', 'unit: step sizes start at 1; uniform: at 1/n (default unit)'),
    new Option('--last-tau <how>', 'free, or pinned: the end of depth stays (default free)'),
    number(
      '--tau-lr-factor <x>',
      'learning rate of tau over that of the weights; 0 freezes tau (default 0.1)',
    ),
    integer('--epochs <n>', 'passes over the data (default 15)'),
    integer('-b, --batch-size <n>', 'images a step (default 128)'),
    new Option('--opt <name>', 'sgd or adam (default sgd)'),
    number('--lr <x>', 'peak learning rate (default 0.2)'),
    number('--momentum <x>', 'momentum of sgd (default 0.9)'),
    new Option('--no-nesterov', 'plain momentum'),
    number('--weight-decay <x>', 'on weights of rank > 1 (default 5e-4)'),
    new Option('--decay-norm', 'weight decay on batch norm and biases too; never on tau'),
    new Option('--sched <name>', 'one-cycle, cosine, step, constant (default one-cycle)'),
    number('--peak-at <share>', 'one-cycle: share of steps until the peak (default 0.2)'),
    number('--warmup-epochs <n>', 'linear warm-up (default 0)'),
    number('--warmup-lr <x>', 'where the warm-up starts (default 0)'),
    number('--min-lr <x>', 'cosine: where it ends (default 0)'),
    new Option('--decay-milestones <epochs>', 'step: epochs, with commas (default 80,120)').argParser(
      parseNumbers,
    ),
    number('--decay-rate <x>', 'step: factor at each milestone (default 0.1)'),
    number('--smoothing <s>', 'label smoothing (default 0)'),
    number('--clip-grad <norm>', 'largest norm of the gradient'),
    new Option(
      '--mean <numbers>',
      'of each channel, with commas (default: of the training images)',
    ).argParser(parseNumbers),
    new Option('--std <numbers>', 'of each channel, with commas (default: of the training images)').argParser(
      parseNumbers,
    ),
    integer('--pad <pixels>', 'zero padding before the random crop (default 4)'),
    new Option('--no-flip', 'no horizontal flips'),
    integer('--cutout <pixels>', 'side of the square that is cut out (default 0)'),
    new Option('--amp', 'bf16 autocast, where the CPU has bf16'),
    integer('--seed <n>', 'initial weights, order of data, augmentation (default 42)'),
    integer('--threads <n>', 'CPU threads (default: all cores that no other run holds)'),
    new Option('--device <name>', 'cpu, cuda, cuda:N (default cpu)'),
    new Option('--dtype <name>', 'f32 or f64 (default f32)'),
    integer('--limit-train-batches <n>', 'use only the first batches of each epoch'),
    integer('--limit-eval-batches <n>', 'evaluate on the first batches of 500 only'),
    integer(
      '--val-split <images>',
      'training images held out: epochs are evaluated on them, the test set after the last only (default 0: epochs are evaluated on the test set)',
    ),
    integer(
      '--val-interval <epochs>',
      'epochs between evaluations; 0: after the last epoch only (default 1)',
    ),
    integer('--recovery-interval <steps>', 'steps between saves within an epoch (default 200)'),
    integer(
      '--checkpoint-every <epochs>',
      'keep a checkpoint every so many epochs (default 0: last and best only)',
    ),
  ];
  for (const option of options) command.addOption(option);
  return command;
}

const other = new Set(['config', 'output', 'name', 'resume', 'json', 'quiet', 'report']);

/** The settings that were given on the command line; commander's implied `true` of a --no flag is not one. */
export function givenSettings(command: Command): Record<string, unknown> {
  const options = command.opts<Record<string, unknown>>();
  return Object.fromEntries(
    Object.entries(options).filter(([key]) => !other.has(key) && command.getOptionValueSource(key) === 'cli'),
  );
}
