/** `meanfield evaluate`: test error of a checkpoint, or of a weight file. */
import type { Command } from 'commander';
import { emaFlag, parseInteger, parseNumbers } from './flags.ts';
import { printJson } from './output.ts';
import type { EvaluateFlags } from './evaluate-run.ts';
import { threadsOption } from './train-flags.ts';

export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('test a trained net: error, top-5 error (6 or more classes), error per class')
    .argument('<run>', 'run folder, or a weight file (PyTorch state dict, safetensors)')
    .option('--checkpoint <name>', 'run: last, best, epoch-NNN, or a checkpoint folder (default last)')
    .option(...emaFlag)
    .option(
      '--data-dir <dir>',
      'folder of the data set, if it has moved; npy: the image file, or a folder of CIFAR-10-C',
    )
    .addOption(threadsOption())
    .option(
      '-a, --model <name>',
      'weight file: resnet20, preresnet164, resnext29-8x64d, .. (see `train --help`)',
    )
    .option('--width <channels>', 'weight file: channels of the stem (default 16; resnext 64)', parseInteger)
    .option('--shortcut <kind>', 'weight file: option-a or option-b (default: that of the published model)')
    .option('--scheme <name>', 'weight file: scheme of its block positions (default vanilla)')
    .option('--dataset <name>', 'data set to test on, such as npy (default: that of the run)')
    .option('--mean <numbers>', 'weight file: mean of each channel in its training', parseNumbers)
    .option(
      '--std <numbers>',
      'weight file: standard deviation of each channel in its training',
      parseNumbers,
    )
    .option(
      '--key-style <style>',
      'weight file: akamaster, torchvision, preresnet, meanfield (default: detected)',
    )
    .option(
      '--state-dict <key>',
      'weight file with several sets of weights: state_dict_ema, .. (default: detected)',
    )
    .option('--dtype <name>', 'weight file: f32 or f64 (default f32)')
    .option('--json', 'print one JSON object at the end')
    .action(async (run: string, flags: EvaluateFlags) => {
      const { evaluateRunOrFile, evaluationText } = await import('./evaluate-run.ts');
      const outcome = await evaluateRunOrFile(run, flags);
      if (flags.json) printJson(outcome);
      else process.stdout.write(evaluationText(outcome));
    });
}
