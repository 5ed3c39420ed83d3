/** `meanfield evaluate`: test error of a checkpoint, or of a weight file. */
import type { Command } from 'commander';
import { parseInteger, parseNumbers } from './flags.ts';
import { printJson } from './output.ts';
import type { EvaluateFlags } from './evaluate-run.ts';
import { threadsOption } from './train-flags.ts';

export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('test a trained net: top-1, top-5 (from 6 classes on), per class, confusion')
    .argument('<run>', 'run folder, or a file of weights (state dictionary of torch.save, safetensors)')
    .option('--checkpoint <name>', 'of a run: last, best, epoch-NNN, or a checkpoint folder (default last)')
    .option(
      '--data-dir <dir>',
      'where the data set is now, if it moved; of npy the file of images, or a folder of CIFAR-10-C',
    )
    .addOption(threadsOption())
    .option('-a, --model <name>', 'of a file: resnet20, preresnet164, resnext29-8x64d, .. (`train --help`)')
    .option('--width <channels>', 'of a file: channels of the stem (default 16; resnext 64)', parseInteger)
    .option('--shortcut <kind>', 'of a file: option-a or option-b (default: as the model is published)')
    .option('--scheme <name>', 'of a file: the scheme whose positions it holds (default vanilla)')
    .option('--dataset <name>', 'the data set to test on, such as npy (default: that of the run)')
    .option('--mean <numbers>', 'of a file: mean that it was trained with, of each channel', parseNumbers)
    .option('--std <numbers>', 'of a file: deviation that it was trained with, of each channel', parseNumbers)
    .option(
      '--key-style <style>',
      'of a file: akamaster, torchvision, preresnet, meanfield (default: detected)',
    )
    .option('--state-dict <key>', 'of a file with several weights: state_dict_ema, .. (default: detected)')
    .option('--dtype <name>', 'of a file: f32 or f64 (default f32)')
    .option('--json', 'print one JSON object at the end')
    .action(async (run: string, flags: EvaluateFlags) => {
      const { evaluateRunOrFile, evaluationText } = await import('./evaluate-run.ts');
      const outcome = await evaluateRunOrFile(run, flags);
      if (flags.json) printJson(outcome);
      else process.stdout.write(evaluationText(outcome));
    });
}
