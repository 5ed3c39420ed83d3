/** The commands of the real program, for pages and for parsing command lines without running them. */
import { type Command, CommanderError } from 'commander';
import { addKnobs } from '../../../src/cli/lab.ts';
import { createProgram, prepare } from '../../../src/cli/main.ts';

/** Every command that does something, with its path: `bench step`. */
export function commandsOf(program: Command): (readonly [name: string, command: Command])[] {
  return program.commands.flatMap((command) =>
    command.commands.length > 0
      ? command.commands.map((inner) => [`${command.name()} ${inner.name()}`, inner] as const)
      : [[command.name(), command] as const],
  );
}

/** With every flag, also those that are added when the command is called. */
export async function completeProgram(): Promise<Command> {
  const program = createProgram();
  const lab = program.commands.find((command) => command.name() === 'lab')!;
  await addKnobs(lab);
  return program;
}

/**
 * Parses the words after `meanfield` as the command line does, and runs nothing.
 *
 * @throws CommanderError or UsageError if the command line refuses them
 */
export async function parseWords(words: readonly string[]): Promise<void> {
  const program = createProgram();
  prepare(program, () => undefined);
  program.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  for (const [, command] of commandsOf(program)) command.action(() => undefined);
  try {
    await program.parseAsync(['node', 'meanfield', ...words]);
  } catch (error) {
    // Help and version.
    if (!(error instanceof CommanderError && error.exitCode === 0)) throw error;
  }
}
