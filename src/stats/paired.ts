/** Comparison of two configurations on the same seeds: paired differences with their uncertainty. */
import { criticalT, twoSidedP } from './student.ts';
import { type Mean, summarizeMean } from './summary.ts';

/** Without spread (n = 1, or equal gains) only the mean is known. */
export interface PairedGain extends Mean {
  /** Every gain is exactly 0: usually both members of each pair are the same run. */
  readonly identical?: true;
  /** 95 % confidence interval of the mean. */
  readonly interval?: readonly [number, number];
  /** Two-sided, of the hypothesis that the mean is 0. */
  readonly pValue?: number;
  /** The smallest gain that these pairs can show at 2 standard errors. */
  readonly detectable?: number;
  /** Number of pairs with this deviation that show a gain of 0.3 points at 2 standard errors. */
  readonly pairsNeeded?: number;
}

/** The gain in points that an ablation should resolve. */
const targetGain = 0.3;

/**
 * The gains of pairs that share a seed: d_i = control_i - treated_i, so that a positive gain is a lower error.
 *
 * t = mean(d) / (s / sqrt(n)), interval mean +- t_{0.975, n-1} s / sqrt(n). Pairing removes the part of the error that
 * both members owe to the seed: initial weights, order of the data, augmentation.
 *
 * @param gains - d_i in points; at least one
 */
export function pairedGain(gains: readonly number[]): PairedGain {
  const summary = summarizeMean(gains);
  const { n, mean, deviation, standardError } = summary;
  // A deviation this small is the rounding of equal gains.
  if (deviation === undefined || standardError === undefined || deviation < 1e-9)
    return { n, mean, ...(gains.every((gain) => gain === 0) && { identical: true }) };
  const halfWidth = criticalT(n - 1) * standardError;
  return {
    ...summary,
    interval: [mean - halfWidth, mean + halfWidth],
    pValue: twoSidedP(mean / standardError, n - 1),
    detectable: 2 * standardError,
    pairsNeeded: Math.max(2, Math.ceil(((2 * deviation) / targetGain) ** 2)),
  };
}
