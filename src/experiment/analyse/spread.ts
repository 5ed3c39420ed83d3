/** Summary of repeated random draws. */
import { mean, variance } from '../../stats/index.ts';

export interface Spread {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Standard deviation over the draws; 0 for one. */
  readonly deviation: number;
  readonly draws: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return {
    mean: mean(values),
    min: Math.min(...values),
    max: Math.max(...values),
    deviation: values.length > 1 ? Math.sqrt(variance(values)) : 0,
    draws: values.length,
  };
}
