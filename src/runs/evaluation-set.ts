import type { EvaluationSet, PlainRecord } from './types.ts';

type Maybe = PlainRecord | null | undefined;

/**
 * What a run sees at the ends of its epochs. A run writes it into its environment, since a data set may have a validation
 * set of its own; earlier runs had one only by `val-split`.
 */
export const evaluationSet = (config: Maybe, environment: Maybe): EvaluationSet =>
  environment?.evaluatedOn === 'validation' || Number(config?.['val-split'] ?? 0) > 0 ? 'validation' : 'test';
