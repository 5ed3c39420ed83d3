/** What a few seeds can tell: means, and paired differences with their uncertainty. */
import jstat from 'jstat';
import { standardError } from '../../report/index.ts';
import type { Mean, PairedGain } from '../../runs/index.ts';

const { studentt } = jstat.jStat;

/** @param values - at least one */
export function meanOf(values: readonly number[]): Mean {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const error = standardError(values);
  return error === undefined
    ? { n, mean }
    : { n, mean, deviation: error * Math.sqrt(n), standardError: error };
}

/** Gain in points that an ablation is to resolve. */
const wantedGain = 0.3;

/**
 * The gains of pairs that share their seed: d_i = control_i - treated_i, so that a positive gain is a lower error.
 *
 * t = mean(d) / (s / sqrt(n)), interval mean +- t_{0.975, n-1} s / sqrt(n). Pairing removes what both members owe to the
 * seed: initial weights, order of data, augmentation.
 *
 * @param gains - d_i in points; at least one
 */
export function pairedGain(gains: readonly number[]): PairedGain {
  const mean = meanOf(gains);
  const { n, deviation, standardError: error } = mean;
  // Rounding of equal gains is no spread, and pairs without any say nothing of how sure they are.
  if (deviation === undefined || error === undefined || deviation < 1e-9)
    return { n, mean: mean.mean, ...(gains.every((gain) => gain === 0) && { identical: true }) };
  const half = studentt.inv(0.975, n - 1) * error;
  return {
    ...mean,
    interval: [mean.mean - half, mean.mean + half],
    pValue: Math.min(1, 2 * studentt.cdf(-Math.abs(mean.mean) / error, n - 1)),
    detectable: 2 * error,
    pairsNeeded: Math.max(2, Math.ceil(((2 * deviation) / wantedGain) ** 2)),
  };
}
