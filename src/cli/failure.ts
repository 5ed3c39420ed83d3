/** How a failing command reports the reason: one line on stderr, and one object on stdout with --json. */
import { type Command, CommanderError } from 'commander';
import { nearest, show } from '../check.ts';
import { type ExitCode, exitCodes, MeanfieldError } from '../errors.ts';
import { reasonOfSystemError } from '../io/system-error.ts';
import { printJson, say } from './output.ts';
import { visible } from './terminal.ts';
import { meanfieldCommand } from '../program.ts';

interface Failure {
  /** Name of the error: `UsageError`. */
  readonly name: string;
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** Whether the arguments ask for JSON, even if the command line refuses them. */
export function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end < 0 ? undefined : end).includes('--json');
}

/**
 * Reports why a command failed.
 *
 * @param command - the command that refused its arguments, if any
 * @returns the exit code
 */
export function tellFailure(error: unknown, json: boolean, command?: Command): ExitCode {
  // Help and version are not failures.
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
  const failure = failureOf(error, command);
  // Without a command name, commander has already written the help.
  if (!(error instanceof CommanderError && error.code === 'commander.help'))
    say(`meanfield: ${failure.message}`);
  const ours = failure.message.startsWith('internal: ');
  if (error instanceof Error && error.stack && (ours || process.env.MEANFIELD_DEBUG)) say(error.stack);
  if (json) printJson({ error: failure });
  return failure.exitCode;
}

function failureOf(error: unknown, command?: Command): Failure {
  if (error instanceof CommanderError)
    return { name: 'UsageError', message: visible(usageLine(error, command)), exitCode: exitCodes.usage };
  if (error instanceof MeanfieldError)
    return { name: error.name, message: visible(error.message), exitCode: error.exitCode };
  const failed = { name: 'InternalError', exitCode: exitCodes.failed };
  if (!(error instanceof Error)) return { ...failed, message: `internal: ${visible(String(error))}` };
  const reason = reasonOfSystemError(error);
  return reason === undefined
    ? { ...failed, message: `internal: ${visible(error.message)}` }
    : { ...failed, name: 'FileError', message: visible(reason) };
}

const nameOf = (command: Command | undefined): string =>
  command ? [...(command.parent ? [nameOf(command.parent)] : []), command.name()].join(' ') : 'meanfield';

const commandHelp = (command: Command | undefined): string =>
  meanfieldCommand(...nameOf(command).split(' ').slice(1), '--help');

/** Commander's messages in our format, on one line. */
function usageLine({ code, message }: CommanderError, command: Command | undefined): string {
  const name = nameOf(command);
  if (code === 'commander.help') return `${name} needs a command: ${namesOf(command).join(', ')}`;
  const text = message.replace(/^error: /, '');
  const refused =
    /^option '(?<what>.*?)' argument '(?<value>.*)' is invalid\. (?<reason>.*)$/s.exec(text) ??
    /^command-argument value '(?<value>.*)' is invalid for argument '(?<what>.*?)'\. (?<reason>.*)$/s.exec(
      text,
    );
  if (refused?.groups) {
    const { what = '', value = '', reason = '' } = refused.groups;
    return invalidValue(what, value, reason);
  }
  const proposed = text
    .replace(/\n?\(Did you mean (?:one of )?(.*?)\?\)$/s, ': did you mean $1?')
    .replace(/\n/g, ' ');
  return `${proposed}${/[.?]$/.test(proposed) ? '' : ';'} see ${commandHelp(command)}`;
}

const namesOf = (command: Command | undefined): string[] => command?.commands.map((one) => one.name()) ?? [];

/** The flag, its expected value, the given value, and the nearest allowed word. */
function invalidValue(flags: string, value: string, reason: string): string {
  const flag = /--[\w-]+/.exec(flags)?.[0] ?? flags;
  const [, listed] = /^Allowed choices are (.*)\.$/.exec(reason) ?? [];
  if (listed === undefined) return `${flag}: ${reason.replace(/\.$/, '')}, got ${show(value)}`;
  const near = nearest(value, listed.split(', '));
  return `${flag}: expected one of ${listed}, got ${show(value)}${near === undefined ? '' : `: did you mean ${near}?`}`;
}
