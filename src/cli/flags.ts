/** Parsers of flag values; an invalid one is a usage error that names the flag. */
import { type Command, InvalidArgumentError } from 'commander';
import { expandHome } from '../io/user-path.ts';

function parsePath(text: string): string {
  if (text === '') throw new InvalidArgumentError('expected a path.');
  return expandHome(text);
}

/** Makes every path flag and argument of a command expand `~`, which no shell does in `--data-dir=~/x`. */
export function takePaths(command: Command): void {
  for (const option of command.options)
    if (/ <(dir|file|run)>$/.test(option.flags) && !option.parseArg) option.argParser(parsePath);
  for (const argument of command.registeredArguments) {
    if (!/^(runs?|images)$/.test(argument.name()) || argument.parseArg) continue;
    if (argument.variadic)
      argument.argParser<string[]>((text, before) => [
        ...(Array.isArray(before) ? before : []),
        parsePath(text),
      ]);
    else argument.argParser(parsePath);
  }
}

export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number.');
  return value;
}

export function parseInteger(text: string): number {
  const value = parseNumber(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('expected a whole number.');
  return value;
}

/** Parses integers within a range. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = max < Number.MAX_SAFE_INTEGER ? `from ${min} to ${max}` : `>= ${min}`;
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isSafeInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`expected a whole number ${range}.`);
    return value;
  };
}

/** `80,120` -> [80, 120] */
export function parseNumbers(text: string): number[] {
  return text.split(',').map(parseNumber);
}

/** More are probably a typo. */
const maxSeeds = 1000;

/** `7`, `1,2,5` or `1..3` */
export function parseSeeds(text: string): number[] {
  const seeds = text.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    const count = to - from + 1;
    return count > 0 && count <= maxSeeds ? Array.from({ length: count }, (_, i) => from + i) : [Number.NaN];
  });
  if (!seeds.length || seeds.length > maxSeeds || seeds.some(Number.isNaN))
    throw new InvalidArgumentError(`expected seeds such as 7, 1,2,5 or 1..20, at most ${maxSeeds}.`);
  return seeds;
}

/** `--ema` of commands that load a trained net. */
export const emaFlag = ['--ema', 'use the averaged weights of a run that was trained with --ema'] as const;
