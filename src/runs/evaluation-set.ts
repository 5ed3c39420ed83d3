import type { EvaluationSet, PlainRecord } from './types.ts';

type Maybe = PlainRecord | null | undefined;

/**
 * The images that a run evaluates at the end of each epoch. A run records this in its environment, since a data set may
 * have a separate validation set; runs of earlier versions had one only with `val-split`.
 */
export const evaluationSet = (config: Maybe, environment: Maybe): EvaluationSet =>
  environment?.evaluatedOn === 'validation' || Number(config?.['val-split'] ?? 0) > 0 ? 'validation' : 'test';
