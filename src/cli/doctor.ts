/** `meanfield doctor`: what is loaded or missing, with the command that mends it. */
import type { Command } from 'commander';
import { exitCodes } from '../errors.ts';
import { colours, print, printJson } from './output.ts';

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say what is loaded or missing, with the command that mends it')
    .option('--json', 'print one JSON object')
    .action(async ({ json }: { json?: boolean }) => {
      const { examine } = await import('./doctor-checks.ts');
      const checks = await examine();
      const ok = checks.every((check) => check.state !== 'bad');
      if (json) printJson({ ok, checks });
      else {
        const { green, yellow, red } = colours(process.stdout);
        const marks = { good: green('ok     '), note: yellow('note   '), bad: red('missing') };
        for (const { name, state, text, mend } of checks)
          print(`${marks[state]}  ${name.padEnd(14)} ${text}${mend ? `\n${' '.repeat(24)}-> ${mend}` : ''}`);
      }
      process.exitCode = ok ? exitCodes.done : exitCodes.environment;
    });
}
