/** `meanfield predict`: classes of image files. */
import type { Command } from 'commander';
import { exitCodes } from '../errors.ts';
import { emaFlag, wholeNumber } from './flags.ts';
import { printJson } from './output.ts';
import type { PredictFlags } from './predict-run.ts';
import { threadsOption } from './train-flags.ts';

export function registerPredict(program: Command): void {
  program
    .command('predict')
    .description(
      'classify image files (PNG, JPEG, WebP, TIFF, ..) with a trained net; unreadable files are reported, with exit code 1',
    )
    .argument('<run>', 'run folder')
    .argument('<images...>', 'image files, or folders of image files')
    .option('--checkpoint <name>', 'last, best, epoch-NNN, or a checkpoint folder', 'last')
    .option(...emaFlag)
    .option('--top <k>', 'number of classes to print per image', wholeNumber(1), 3)
    .addOption(threadsOption())
    .option('--json', 'print one JSON object at the end')
    .action(async (run: string, images: string[], flags: PredictFlags) => {
      const { predictImages, predictionText } = await import('./predict-run.ts');
      const { predictions, failed } = await predictImages(run, images, flags);
      if (flags.json) printJson({ predictions, failed });
      else process.stdout.write(predictionText(predictions));
      if (failed.length > 0) process.exitCode = exitCodes.failed;
    });
}
