/** `meanfield export`: a trained net as a file that PyTorch programs read. */
import type { Command } from 'commander';
import type { ExportFlags } from './export-run.ts';
import { printJson } from './output.ts';

export function registerExport(program: Command): void {
  program
    .command('export')
    .description('export a trained net as a plain ResNet: safetensors with PyTorch parameter names')
    .argument('<run>', 'run folder')
    .requiredOption('--output <file>', 'output file (.safetensors)')
    .option('--checkpoint <name>', 'last, best, epoch-NNN, or a checkpoint folder', 'last')
    .option('--key-style <style>', 'akamaster, torchvision, preresnet, meanfield', 'akamaster')
    .option(
      '--no-fold-steps',
      'keep the weights as trained, and store the positions of the blocks separately',
    )
    .option('--json', 'print one JSON object at the end')
    .action(async (run: string, flags: ExportFlags) => {
      const { exportRun } = await import('./export-run.ts');
      const outcome = exportRun(run, flags);
      if (flags.json) printJson(outcome);
    });
}
