/** Summaries of a sample: its center and its spread. */
import { checkNumbers } from '../check.ts';

/** The mean of a sample and its uncertainty. */
export interface Mean {
  readonly n: number;
  readonly mean: number;
  /** Unbiased standard deviation of one value; absent for n = 1. */
  readonly deviation?: number;
  /** Standard error of the mean, deviation / sqrt(n); absent for n = 1. */
  readonly standardError?: number;
}

/**
 * The arithmetic mean.
 *
 * @example
 * mean([1, 2, 3]); // 2
 */
export function mean(values: ArrayLike<number>): number {
  return checkNumbers('values', values).reduce((sum, value) => sum + value, 0) / values.length;
}

/** Root mean square. */
export function rms(values: ArrayLike<number>): number {
  return Math.sqrt(mean(checkNumbers('values', values).map((value) => value * value)));
}

/** The middle value, or the mean of the two middle values; NaN for an empty sample. */
export function median(values: ArrayLike<number>): number {
  const sorted = [...checkNumbers('values', values)].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Unbiased variance: the sum of squared deviations over n - 1; NaN for n = 1. */
export function variance(values: readonly number[]): number {
  const center = mean(values);
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1);
}

/** Standard error of the mean, s / sqrt(n) with the unbiased s; undefined for n = 1. */
export function standardError(values: readonly number[]): number | undefined {
  return values.length < 2 ? undefined : Math.sqrt(variance(values) / values.length);
}

/** The mean, deviation and standard error of a sample. @param values - at least one */
export function summarizeMean(values: readonly number[]): Mean {
  const n = values.length;
  const error = standardError(values);
  return {
    n,
    mean: mean(values),
    ...(error !== undefined && { deviation: error * Math.sqrt(n), standardError: error }),
  };
}
