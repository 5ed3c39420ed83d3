/** Compares two configurations on the same seeds: paired differences and their uncertainty. */
import { criticalT, twoSidedP } from './student.ts';
import { type Mean, summarizeMean } from './summary.ts';

/** The mean difference. Without spread (n = 1, or equal differences) the optional fields are absent. */
export interface PairedDifference extends Mean {
  /** Every difference is exactly 0: usually both members of each pair are the same run. */
  readonly identical?: true;
  /** 95 % confidence interval of the mean. */
  readonly interval?: readonly [number, number];
  /** Two-sided p-value of the hypothesis that the mean is 0. */
  readonly pValue?: number;
  /** The smallest difference that these pairs detect at 2 standard errors. */
  readonly detectable?: number;
}

/** The mean gain in percentage points. */
export interface PairedGain extends PairedDifference {
  /** Number of pairs with this deviation needed to detect a gain of 0.3 points at 2 standard errors. */
  readonly pairsNeeded?: number;
}

/** The gain, in percentage points, that an ablation should detect. */
const targetGain = 0.3;

/**
 * The differences d_i of pairs that share a seed.
 *
 * t = mean(d) / (s / sqrt(n)), interval mean +- t_{0.975, n-1} s / sqrt(n). Pairing removes the variance that both
 * members share through the seed: initial weights, data order, augmentation.
 *
 * @param differences - d_i; at least one
 * @param magnitude - size of the values whose differences these are, which decides what is rounding error. Default:
 * 100, for percentages
 */
export function pairedDifference(differences: readonly number[], magnitude = 100): PairedDifference {
  const rounding = 1e-11 * magnitude;
  const sample = summarizeMean(differences);
  const mean = Math.abs(sample.mean) < rounding ? 0 : sample.mean;
  const summary = { ...sample, mean };
  const { n, deviation, standardError } = summary;
  if (deviation === undefined || standardError === undefined || deviation <= rounding)
    return { n, mean, ...(differences.every((one) => one === 0) && { identical: true }) };
  const halfWidth = criticalT(n - 1) * standardError;
  return {
    ...summary,
    interval: [mean - halfWidth, mean + halfWidth],
    pValue: twoSidedP(mean / standardError, n - 1),
    detectable: 2 * standardError,
  };
}

/**
 * The {@link pairedDifference} of errors in percentage points: d_i = control_i - treated_i, so that a positive gain is a
 * lower error.
 */
export function pairedGain(gains: readonly number[]): PairedGain {
  const difference = pairedDifference(gains);
  const { detectable, deviation } = difference;
  if (detectable === undefined || deviation === undefined) return difference;
  return { ...difference, pairsNeeded: Math.max(2, Math.ceil(((2 * deviation) / targetGain) ** 2)) };
}
