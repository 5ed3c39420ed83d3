/** `meanfield studio`: runs and theory in a browser. */
import type { Command } from 'commander';
import { wholeNumber } from './flags.ts';
import type { StudioFlags } from './studio-run.ts';

export function registerStudio(program: Command): void {
  program
    .command('studio')
    .description('watch runs and explore the theory in a browser, on a page served to this machine only')
    .argument('[runs]', 'folder that holds run folders, or grids of them', 'runs')
    .option('--port <n>', 'port to listen on (default: 4646, or the next free one)', wholeNumber(0, 65_535))
    .option('--no-open', 'do not open a browser')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--allow-network', 'allow access from other machines, which can then read, start and stop runs')
    .option(
      '--export <dir>',
      'export the page with all runs and the lab to a folder that opens from disk, and exit',
    )
    .option('--json', 'print one JSON object with url, port and token')
    .action(async (runs: string, flags: StudioFlags) => {
      const { runStudio } = await import('./studio-run.ts');
      await runStudio(runs, flags);
    });
}
