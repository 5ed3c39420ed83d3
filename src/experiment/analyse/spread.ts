/** Repetitions in a few numbers. */
import { mean } from '../../theory/fit.ts';

export interface Spread {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Standard deviation over the draws; 0 for one. */
  readonly deviation: number;
  readonly draws: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return {
    mean: center,
    min: Math.min(...values),
    max: Math.max(...values),
    deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0,
    draws: values.length,
  };
}
