/** What a few seeds can tell: means, and paired differences with their uncertainty. */
import jstat from 'jstat';

const { studentt } = jstat.jStat;

export interface Mean {
  readonly n: number;
  readonly mean: number;
  /** Unbiased standard deviation of one value; absent for n = 1. */
  readonly deviation?: number;
  /** Of the mean, deviation / sqrt(n); absent for n = 1. */
  readonly standardError?: number;
}

export function meanOf(values: readonly number[]): Mean {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { n, mean };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { n, mean, deviation: Math.sqrt(variance), standardError: Math.sqrt(variance / n) };
}

export interface PairedGain extends Mean {
  /** 95 % confidence interval of the mean, by Student's t with n - 1 degrees of freedom; absent for n = 1. */
  readonly interval?: readonly [number, number];
  /** Two-sided, of the hypothesis that the mean is 0; absent for n = 1. */
  readonly pValue?: number;
  /** The smallest gain that these pairs can show at 2 standard errors. */
  readonly detectable?: number;
  /** Pairs with this deviation that are needed to show a gain of `wanted` at 2 standard errors. */
  readonly pairsNeeded?: number;
}

/** Gain in points that the ablation is to resolve. */
export const wantedGain = 0.3;

/**
 * The gains of pairs that share their seed: d_i = baseline_i - treated_i, so that a positive gain is a lower error.
 *
 * t = mean(d) / (s / sqrt(n)), interval mean +- t_{0.975, n-1} s / sqrt(n). Pairing removes what both members owe to the
 * seed: initial weights, order of data, augmentation.
 *
 * @param gains - d_i; at least one
 */
export function pairedGain(gains: readonly number[], wanted = wantedGain): PairedGain {
  const mean = meanOf(gains);
  const { n, deviation, standardError } = mean;
  if (deviation === undefined || standardError === undefined) return mean;
  const half = studentt.inv(0.975, n - 1) * standardError;
  const t = standardError > 0 ? Math.abs(mean.mean) / standardError : mean.mean === 0 ? 0 : Infinity;
  return {
    ...mean,
    interval: [mean.mean - half, mean.mean + half],
    pValue: t === Infinity ? 0 : 2 * studentt.cdf(-t, n - 1),
    detectable: 2 * standardError,
    pairsNeeded: Math.max(2, Math.ceil(((2 * deviation) / wanted) ** 2)),
  };
}
