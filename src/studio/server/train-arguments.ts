/** Decides which arguments of `meanfield train` the page may pass: those that write only below the runs folder. */
import { ApiError } from './api-error.ts';

const maxArguments = 200;
const longest = 4096;

/** Flags that set the output location; the Studio sets them itself. */
const outputFlags = ['--output', '--resume'];

/** @throws ApiError for arguments that set another output location, or that cannot be part of a command line */
export function checkArguments(args: readonly string[]): void {
  if (args.length > maxArguments)
    throw new ApiError(400, `at most ${maxArguments} arguments, got ${args.length}`);
  for (const [i, argument] of args.entries()) {
    if (argument.length > longest || argument.includes('\0'))
      throw new ApiError(
        400,
        `argument ${i + 1} is longer than ${longest} characters, or contains a null byte`,
      );
    const [flag, value] = split(argument);
    if (outputFlags.includes(flag))
      throw new ApiError(400, `${flag} is not allowed here: the Studio writes runs into its runs folder`);
    if (flag === '--name') checkName(value ?? args[i + 1] ?? '');
  }
}

/** Splits `--flag=value`. */
function split(argument: string): [flag: string, value: string | undefined] {
  const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(argument) ?? [];
  return flag === undefined ? [argument, undefined] : [flag, value];
}

function checkName(name: string): void {
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_.+-]{0,199}$/u.test(name))
    throw new ApiError(
      400,
      `--name ${JSON.stringify(name.slice(0, 100))}: expected a folder name of letters, digits and . _ + -`,
    );
}
