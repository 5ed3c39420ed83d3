/** `meanfield verify`: the statements of the talk, measured. */
import { type Command, Option } from 'commander';
import { parseSeeds, wholeNumber } from './flags.ts';
import type { VerifyFlags } from './verify-run.ts';

export function registerVerify(program: Command): void {
  program
    .command('verify')
    .description('measure the statements of the talk; exit code 1 if one fails')
    .argument('[claims...]', 'C1, C2h, .. (default: all)')
    .option('--quick', 'smaller problems, for a first look')
    .addOption(
      new Option('--seed <list>', 'random seeds: 7, 1,2,5 or 1..20').argParser(parseSeeds).default([1], '1'),
    )
    .option('--output <dir>', 'folder for the page, figures and data', 'verify')
    .addOption(new Option('--out <dir>', 'former name of --output').hideHelp().conflicts('output'))
    .option('--verbose', 'print every check, not only the tightest of each claim')
    .addOption(
      new Option('--threads <n>', 'concurrent claims, one thread each (default: all cores)').argParser(
        wholeNumber(1),
      ),
    )
    .option('--json', 'print one JSON object at the end')
    .action(async (ids: string[], { out, ...flags }: VerifyFlags & { out?: string }) => {
      const { runVerify } = await import('./verify-run.ts');
      process.exitCode = await runVerify(ids, { ...flags, output: out ?? flags.output });
    });
}
