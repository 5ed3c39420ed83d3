import type { EvaluationSet, PlainRecord } from './types.ts';

/** What a run sees at the ends of its epochs: of one with a validation split that is not the test set. */
export const evaluationSet = (config: PlainRecord | null | undefined): EvaluationSet =>
  Number(config?.['val-split'] ?? 0) > 0 ? 'validation' : 'test';
