import type { RunDetail } from '../../protocol/index.ts';

/** Steps of an epoch, as far as it can be told; 0 where it cannot. */
export const stepsPerEpoch = ({ row: { totalSteps, plannedEpochs } }: RunDetail): number =>
  plannedEpochs && totalSteps ? totalSteps / plannedEpochs : 0;
