/** Chooses and labels the ticks of an axis. */
import { scaleLinear, scaleLog, scaleSqrt } from 'd3-scale';
import { precisionFixed } from 'd3-format';
import { formatPower, numberFormat } from './format.ts';

export type ScaleType = 'linear' | 'log' | 'sqrt';

export interface Scale {
  (value: number): number;
  invert: (pixel: number) => number;
  ticks: (count?: number) => number[];
  tickFormat: (count?: number, specifier?: string) => (value: number) => string;
}

export function makeScale(
  type: ScaleType,
  domain: readonly [number, number],
  range: readonly [number, number],
): Scale {
  const scale = type === 'log' ? scaleLog() : type === 'sqrt' ? scaleSqrt() : scaleLinear();
  return scale.domain(domain).range(range);
}

/** Digits with a tick in each decade of a logarithmic axis, from coarse to fine. */
const digits: readonly (readonly number[])[] = [[1], [1, 3], [1, 2, 5]];
const minLogTicks = 3;

const significand = (value: number): number => Number(value.toExponential(6).split('e')[0]);

/**
 * About `count` round numbers between two values. A logarithmic axis uses powers of ten, and numbers between them if
 * there are few.
 */
export function chooseTicks(type: ScaleType, from: number, to: number, count: number): number[] {
  const scale = makeScale(type, [from, to], [0, 1]);
  if (type !== 'log') return scale.ticks(count);
  // With a count above the number of decades, d3 returns every digit of each.
  const all = scale.ticks(Math.ceil(Math.log10(to / from)) + 1);
  const candidates = digits
    .map((kept) => all.filter((value) => kept.includes(significand(value))))
    .filter(({ length }) => length >= minLogTicks);
  const fine = candidates.findLast(({ length }) => length <= Math.max(count, 5)) ?? candidates[0];
  if (fine) {
    // Labels of a logarithmic axis may be closer: omitting one of two between powers of ten would mislead readers.
    const stride = Math.ceil(fine.length / Math.max(2 * count, 4));
    return fine.filter((_, i) => (fine.length - 1 - i) % stride === 0);
  }
  // Over less than a decade, a logarithmic axis is nearly linear.
  return scaleLinear()
    .domain([from, to])
    .ticks(Math.min(Math.max(count, 3), 5));
}

/** Labels in one format: plain numbers, or powers of ten if any number is long. */
export function labelTicks(type: ScaleType, values: readonly number[]): string[] {
  const exponents = values.flatMap((value) =>
    value === 0 ? [] : [Math.floor(Math.log10(Math.abs(value)) + 1e-9)],
  );
  const powers = type === 'log' && values.every((value) => significand(value) === 1);
  const long = exponents.some((power) => power < -3 || power > 4 || (powers && Math.abs(power) >= 3));
  if (long) return values.map((value) => (value === 0 ? '0' : formatPower(value, 3)));
  if (type === 'log') return values.map((value) => String(Number(value.toPrecision(3))));
  const step = Math.min(...values.slice(1).map((value, i) => Math.abs(value - values[i]!)));
  return values.map(numberFormat(`,.${decimalsOf(values, step)}f`));
}

/** The fewest decimals that show every value to a hundredth of the step between them. */
function decimalsOf(values: readonly number[], step: number): number {
  // Equal ticks have no step: the ends of an axis of one value.
  if (!Number.isFinite(step) || step === 0) return 2;
  const first = precisionFixed(step);
  const isExact = (decimals: number): boolean =>
    values.every((value) => Math.abs(Number(value.toFixed(decimals)) - value) < step / 100);
  return [first, first + 1, first + 2].find(isExact) ?? first;
}
