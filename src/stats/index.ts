/** Statistics of samples: summaries, paired comparisons, fits of lines and powers. */
export { type Fit, fitLine, fitPower } from './fit.ts';
export { type PairedDifference, pairedDifference, type PairedGain, pairedGain } from './paired.ts';
export { type Mean, mean, median, rms, standardError, summarizeMean, variance } from './summary.ts';
