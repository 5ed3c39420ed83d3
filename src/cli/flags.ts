/** Parsers of flag values; a bad one is a usage error that names the flag. */
import { InvalidArgumentError } from 'commander';

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

/** `80,120` -> [80, 120] */
export function parseNumbers(text: string): number[] {
  return text.split(',').map(parseNumber);
}

/** `1,2,5` or `1..3` */
export function parseIntegers(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const range = /^(\d+)\.\.(\d+)$/.exec(part);
    if (!range) return [parseInteger(part)];
    const [from, to] = [Number(range[1]), Number(range[2])];
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  });
}
