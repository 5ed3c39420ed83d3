/** `meanfield doctor`: reports what is loaded or missing, with the command that fixes it. */
import type { Command } from 'commander';
import { exitCodes } from '../errors.ts';
import wrapAnsi from 'wrap-ansi';
import { colours, print, printJson } from './output.ts';
import { tableWidth } from './terminal.ts';

/** Column at which the texts begin. */
const column = 24;

/** Text wrapped at a left margin. */
function foldedAt(start: number, text: string): string {
  const width = tableWidth();
  if (width === Infinity) return text;
  return wrapAnsi(text, Math.max(20, width - start), { hard: true }).replaceAll(
    '\n',
    `\n${' '.repeat(start)}`,
  );
}

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check the installation, and print the command that fixes each problem')
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
          print(
            `${marks[state]}  ${name.padEnd(14)} ${foldedAt(column, text)}${mend ? `\n${' '.repeat(column)}-> ${mend}` : ''}`,
          );
      }
      process.exitCode = ok ? exitCodes.done : exitCodes.environment;
    });
}
