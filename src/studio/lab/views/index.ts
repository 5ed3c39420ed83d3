/** The views by name, and how one is computed: the size of the problem is bounded first. */
import { UsageError } from '../../../errors.ts';
import type { Engine } from '../engine.ts';
import type { LabState, ViewName } from '../knobs.ts';
import type { Emit } from '../parts.ts';
import { algorithmView } from './algorithm.ts';
import { costateView } from './costate.ts';
import { descentView } from './descent.ts';
import { expansionView } from './expansion.ts';
import { flowView } from './flow.ts';
import { gradientView } from './gradient.ts';
import { regimesView } from './regimes.ts';
import { trainingView } from './training.ts';
import type { View } from './view.ts';

export type { View } from './view.ts';

export const views: Readonly<Record<ViewName, View>> = {
  flow: flowView,
  costate: costateView,
  gradient: gradientView,
  descent: descentView,
  training: trainingView,
  regimes: regimesView,
  expansion: expansionView,
  algorithm: algorithmView,
};

/** Evaluations of a `bottleneck tanh` block on a point that an engine may be asked for: about ten seconds of one core. */
export const costBounds: Readonly<Record<Engine['name'], number>> = { native: 4e9, reference: 4e8 };

/** What other blocks cost for one of these, as measured. */
const activationCosts: Readonly<Record<LabState['activation'], number>> = {
  relu: 1,
  tanh: 1,
  softplus: 2,
  erf: 4,
  gelu: 5,
};
const familyCosts: Readonly<Record<LabState['family'], number>> = { bottleneck: 1, matrix: 3 };

/** @throws UsageError in one line for a problem that would take an engine too long. */
export function checkCost(state: LabState, engine: Engine['name']): void {
  const weight = activationCosts[state.activation] * familyCosts[state.family];
  const cost = weight * views[state.view].cost(state);
  const bound = costBounds[engine];
  if (cost > bound)
    throw new UsageError(
      `this ${state.view} needs about ${cost.toExponential(1)} evaluations of a block on a point, the ${engine} engine takes ${bound.toExponential(0)}: fewer points, particles, depth or steps${weight > 1 ? ', or bottleneck blocks with tanh' : ''}`,
    );
}

/**
 * Computes the picture of a state, part by part.
 * @throws UsageError in one line for a problem that is too large, data that cannot be used, a training that diverges
 */
export function computeView(state: LabState, engine: Engine, emit: Emit): void {
  checkCost(state, engine.name);
  views[state.view].compute(state, engine, emit);
}
