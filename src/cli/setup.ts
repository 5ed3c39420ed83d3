/** `meanfield setup`: builds the native addon where the package lies. */
import type { Command } from 'commander';
import type { SetupFlags } from './setup-run.ts';

export function registerSetup(program: Command): void {
  program
    .command('setup')
    .description(
      'build the native addon for the libtorch of this machine, and name the packages that are missing',
    )
    .option('--yes', 'install missing Debian packages (as root, or with sudo)')
    .option('--json', 'print one JSON object at the end')
    .action(async (flags: SetupFlags) => {
      const { runSetup } = await import('./setup-run.ts');
      await runSetup(flags);
    });
}
