import type { ResultNumbers } from './types.ts';

/**
 * `stopped early after epoch 7 of 30: the validation error did not fall below 12.30 % in 3 evaluations`; undefined for
 * a run that reached its last epoch.
 */
export function stoppedEarlyText({
  epochs,
  stoppedEarly,
}: Pick<ResultNumbers, 'epochs' | 'stoppedEarly'>): string | undefined {
  if (!stoppedEarly) return undefined;
  const { plannedEpochs, monitored, threshold, evaluations } = stoppedEarly;
  const times = `${evaluations} evaluation${evaluations === 1 ? '' : 's'}`;
  return `stopped early after epoch ${epochs} of ${plannedEpochs}: the ${monitored} error did not fall below ${threshold.toFixed(2)} % in ${times}`;
}
