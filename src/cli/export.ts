/** `meanfield export`: a trained net as files that other programs read. */
import { type Command, Option } from 'commander';
import { formatDescriptions, formatNames } from '../export/names.ts';
import type { ExportFlags } from './export-run.ts';
import { emaFlag } from './flags.ts';
import { addExamples } from './help.ts';
import { printJson } from './output.ts';

const examples = [
  { words: 'export RUN --output net.safetensors --key-style torchvision' },
  { words: 'export RUN --output net.onnx' },
  { words: 'export RUN --to hub --output my-resnet' },
];

export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .description('export a trained net for other programs, with its step sizes folded into the weights')
    .argument('<run>', 'run folder')
    .requiredOption('--output <path>', 'file or folder to write')
    .addOption(
      new Option(
        '--to <format>',
        `${formatNames.map((name) => `${name}: ${formatDescriptions[name].help}`).join('; ')} (default: by --output; a folder is for the hub)`,
      ).choices(formatNames),
    )
    .option('--checkpoint <name>', 'last, best, epoch-NNN, or a checkpoint folder', 'last')
    .option(...emaFlag)
    .option(
      '--key-style <style>',
      'names of the weights: akamaster, torchvision, preresnet, meanfield (default akamaster)',
    )
    .option(
      '--no-fold-steps',
      'keep the weights as trained, and store the positions of the blocks separately (safetensors, torch)',
    )
    .option('--normalise', 'the net takes pixels from 0 to 1 and normalises them itself (onnx)')
    .option('--json', 'print one JSON object at the end')
    .action(async (run: string, flags: ExportFlags) => {
      const { exportRun } = await import('./export-run.ts');
      const outcome = exportRun(run, flags);
      if (flags.json) printJson(outcome);
    });
  addExamples(command, examples);
}
