import type { RunDetail } from '../../protocol/index.ts';

/** Steps per epoch; 0 if unknown. */
export const stepsPerEpoch = ({ row: { totalSteps, plannedEpochs } }: RunDetail): number =>
  plannedEpochs && totalSteps ? totalSteps / plannedEpochs : 0;
