/** `meanfield export`: a trained net as a file that PyTorch programs read. */
import type { Command } from 'commander';
import type { ExportFlags } from './export-run.ts';
import { printJson } from './output.ts';

export function registerExport(program: Command): void {
  program
    .command('export')
    .description('write a trained net as a plain ResNet: safetensors under the names of PyTorch nets')
    .argument('<run>', 'run folder')
    .requiredOption('--output <file>', 'the file to write, .safetensors')
    .option('--checkpoint <name>', 'last, best, epoch-NNN, or a checkpoint folder', 'last')
    .option('--key-style <style>', 'akamaster, torchvision, preresnet, meanfield', 'akamaster')
    .option('--no-fold-steps', 'leave weights as trained, with the positions of the blocks beside them')
    .option('--json', 'print one JSON object at the end')
    .action(async (run: string, flags: ExportFlags) => {
      const { exportRun } = await import('./export-run.ts');
      const outcome = exportRun(run, flags);
      if (flags.json) printJson(outcome);
    });
}
