/** Compares two configurations on the same seeds: paired differences and their uncertainty. */
import { criticalT, twoSidedP } from './student.ts';
import { type Mean, summarizeMean } from './summary.ts';

/** The mean gain. Without spread (n = 1, or equal gains) the optional fields are absent. */
export interface PairedGain extends Mean {
  /** Every gain is exactly 0: usually both members of each pair are the same run. */
  readonly identical?: true;
  /** 95 % confidence interval of the mean. */
  readonly interval?: readonly [number, number];
  /** Two-sided p-value of the hypothesis that the mean is 0. */
  readonly pValue?: number;
  /** The smallest gain that these pairs detect at 2 standard errors. */
  readonly detectable?: number;
  /** Number of pairs with this deviation needed to detect a gain of 0.3 points at 2 standard errors. */
  readonly pairsNeeded?: number;
}

/** The gain, in percentage points, that an ablation should detect. */
const targetGain = 0.3;

/**
 * The gains of pairs that share a seed: d_i = control_i - treated_i, so that a positive gain is a lower error.
 *
 * t = mean(d) / (s / sqrt(n)), interval mean +- t_{0.975, n-1} s / sqrt(n). Pairing removes the variance that both
 * members share through the seed: initial weights, data order, augmentation.
 *
 * @param gains - d_i in percentage points; at least one
 */
export function pairedGain(gains: readonly number[]): PairedGain {
  const summary = summarizeMean(gains);
  const { n, mean, deviation, standardError } = summary;
  // A deviation this small is rounding error of equal gains.
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
