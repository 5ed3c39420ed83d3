/** Least-squares fits of straight lines and power laws. */
import { checkNumber, checkNumbers } from '../check.ts';
import { UsageError } from '../errors.ts';
import { mean } from './summary.ts';

/** A fitted line or power law. */
export interface Fit {
  readonly slope: number;
  readonly intercept: number;
  /** Standard error of the slope, estimated from the residuals; 0 for two points. */
  readonly standardError: number;
}

/**
 * Fits y = intercept + slope x. @throws UsageError for fewer than two different x
 *
 * @example
 * fitLine([0, 1, 2], [1, 3, 5]).slope; // 2
 */
export function fitLine(places: ArrayLike<number>, values: ArrayLike<number>): Fit {
  const [x, y] = [checkNumbers('x', places), checkNumbers('y', values)];
  const n = x.length;
  checkPairs(x, y);
  const [meanX, meanY] = [mean(x), mean(y)];
  const sxx = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  if (n < 2 || !(sxx > 0))
    throw new UsageError(`a line needs two points at different places, got ${n} points`);
  const slope = x.reduce((sum, value, i) => sum + (value - meanX) * (y[i]! - meanY), 0) / sxx;
  const intercept = meanY - slope * meanX;
  const rest = x.reduce((sum, value, i) => sum + (y[i]! - intercept - slope * value) ** 2, 0);
  return { slope, intercept, standardError: n > 2 ? Math.sqrt(rest / (n - 2) / sxx) : 0 };
}

/**
 * The exponent p of y ~ C x^p, by least squares in log-log coordinates. Ignores points with y at or below `floor`.
 *
 * @example
 * fitPower([8, 16, 32], [0.1, 0.05, 0.025]).slope; // -1
 */
export function fitPower(x: ArrayLike<number>, y: ArrayLike<number>, floor = 0): Fit {
  checkNumber('floor', floor);
  const [places, values] = [checkNumbers('x', x), checkNumbers('y', y)];
  checkPairs(places, values);
  const kept = places
    .map((value, i) => [value, values[i]!] as const)
    // NaN stays, so that the fit shows it.
    .filter(([, value]) => !(value <= floor));
  kept.forEach(([value]) => checkNumber('x of a power law', value, { above: 0 }));
  return fitLine(
    kept.map(([value]) => Math.log(value)),
    kept.map(([, value]) => Math.log(value)),
  );
}

function checkPairs(x: readonly number[], y: readonly number[]): void {
  if (x.length !== y.length)
    throw new UsageError(`a fit needs one y for each x: there are ${x.length} x and ${y.length} y`);
}
