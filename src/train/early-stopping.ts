/** Early stopping: a run ends when its error has not improved for several evaluations, as in Lightning and Keras. */
import { z } from 'zod';

export const patienceSchema = z.object({
  /** The error of the last improvement, in percent. */
  best: z.number(),
  /** Evaluations since then. */
  waited: z.int().nonnegative(),
});
export type Patience = z.infer<typeof patienceSchema>;

/** @param minDelta - an error counts as an improvement if it is below the best one by more than this */
export function afterEvaluation(before: Patience | undefined, error: number, minDelta: number): Patience {
  if (!before || error < before.best - minDelta) return { best: error, waited: 0 };
  return { ...before, waited: before.waited + 1 };
}

export const isExhausted = (state: Patience | undefined, patience: number | undefined): boolean =>
  patience !== undefined && state !== undefined && state.waited >= patience;
