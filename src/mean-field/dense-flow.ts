/** The mean-field ODE by the adaptive pair: the reference solution, known at every depth. */
import type { Tensor } from '../tensor/index.ts';
import type { Family } from './families/index.ts';
import {
  type AdaptiveOptions,
  type DenseSolution,
  integrate,
  type VectorField,
} from './integrators/index.ts';
import { breaksOf, type Measure } from './measures/index.ts';
import { initialState, type Problem } from './problem.ts';

/** F(t, X) of a measure that is smooth within each of its steps. */
export function velocityField(family: Family, measure: Measure): VectorField {
  const breaks = breaksOf(measure);
  return (t, state, inside) => {
    const l = Math.max(0, breaks.findIndex((end) => end > inside) - 1);
    const c = (t - (breaks[l] ?? 0)) / (measure.steps[l] ?? 1);
    return family.velocity(state, measure.particles(l, c));
  };
}

/** X(., t) from depth 0 to the end of the measure's grid, within a tolerance; steps end at the grid's break points. */
export function denseFlow(
  problem: Problem,
  family: Family,
  measure: Measure,
  options: Omit<AdaptiveOptions, 'breaks'> = {},
): DenseSolution {
  const breaks = breaksOf(measure);
  const start: Tensor = initialState(problem);
  return integrate(velocityField(family, measure), start, [0, breaks.at(-1) ?? 1], { ...options, breaks });
}
