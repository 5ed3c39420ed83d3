/** The mean-field ODE solved by the adaptive pair: a reference solution with dense output. */
import { longCallKeys } from '../cancel.ts';
import { checkOptions } from '../check.ts';
import type { Tensor } from '../tensor/index.ts';
import type { Family } from './families/index.ts';
import type { AdaptiveOptions, DenseSolution, VectorField } from './integrators/index.ts';
import { checkFlow } from './check-flow.ts';
import { integrateAs } from './integrators/adaptive.ts';
import { breaksOf, type Measure } from './measures/index.ts';
import { depthRounding, positionOf, withDepths } from './measures/measure.ts';
import { type FlowInput, initialState, type Problem } from './problem.ts';
import { checkFamily, checkMeasure } from './check-kinds.ts';

/**
 * The velocity field F(t, X) of a measure that is smooth within each of its steps. At a break, `inside` selects
 * the step; elsewhere t does.
 *
 * @throws UsageError for a depth outside the measure
 */
export function velocityField(family: Family, given: Measure): VectorField {
  checkFamily(family);
  checkMeasure(given);
  const measure = withDepths(family, given);
  const breaks = breaksOf(measure);
  const rounding = depthRounding(breaks);
  return (t, state, inside) => {
    let { l, c } = positionOf(breaks, t);
    const selected = positionOf(breaks, inside);
    if (selected.l !== l && Math.abs(t - breaks[selected.l + (selected.l < l ? 1 : 0)]!) <= rounding)
      [l, c] = [selected.l, selected.l < l ? 1 : 0];
    return family.velocity(state, measure.particles(l, c));
  };
}

/** Options of {@link denseFlow}: those of `integrate` without `breaks`, which are the measure's. */
export type DenseFlowOptions = Omit<AdaptiveOptions, 'breaks'>;

const optionKeys = { relative: true, absolute: true, maxSteps: true, saveAt: true, ...longCallKeys } as const;

/**
 * X(., t) from depth 0 to the end of the measure, within a tolerance. No step crosses a break of the measure.
 *
 * @throws UsageError for options out of range, shapes that do not match or a flow that needs too many steps;
 * AbortError if `signal` aborts
 */
export function denseFlow(
  problem: FlowInput | Problem,
  family: Family,
  measure: Measure,
  options: DenseFlowOptions = {},
): DenseSolution {
  checkOptions('denseFlow', options, optionKeys);
  checkFlow(problem, family, measure);
  const breaks = breaksOf(measure);
  const start: Tensor = initialState(problem);
  const interval = [0, breaks.at(-1) ?? 1] as const;
  return integrateAs('denseFlow', velocityField(family, measure), start, interval, { ...options, breaks });
}
