/** The model linearised around a measure: maps displacements of particles to predictions, and residuals back. */
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import type { Family } from '../families/index.ts';
import { functionalGradient } from '../functional-gradient.ts';
import { checkFit, particleGradient, solve } from '../gradient.ts';
import type { GridMeasure } from '../measures/index.ts';
import { withDepths } from '../measures/measure.ts';
import { initialState, predictionOf, type Problem } from '../problem.ts';
import type { Metric } from './tangent-kernel.ts';

/**
 * J dtheta, [N, C]: the first-order change of predictions when particles move.
 *
 * @param displacement - dtheta, [L, M, k]
 * @throws UsageError for shapes that do not match
 */
export function tangentPush(
  problem: Problem,
  family: Family,
  measure: GridMeasure,
  displacement: Tensor,
): Tensor {
  checkFit(problem, family, measure);
  return noGrad(() =>
    scope(() => {
      const rho = withDepths(family, measure);
      let state = initialState(problem);
      let moved = ops.mulScalar(state, 0);
      measure.steps.forEach((h, l) => {
        const particles = rho.particles(l, 0);
        const direction = { state: moved, theta: ops.select(displacement, 0, l) };
        moved = ops.add(moved, family.pushforward(state, particles, direction), h);
        state = ops.add(state, family.velocity(state, particles), h);
      });
      return predictionOf(problem, moved);
    }),
  );
}

/**
 * M J^T z / N, [L, M, k]: minus the velocity of particles under the gradient flow for the residual z, [N, C].
 *
 * @param metric - as in {@link tangentKernel}
 * @throws UsageError for shapes that do not match
 */
export function tangentPull(
  problem: Problem,
  family: Family,
  measure: GridMeasure,
  z: Tensor,
  metric: Metric = 'wasserstein',
): Tensor {
  checkFit(problem, family, measure);
  const given: Problem = {
    ...problem,
    innerLosses: undefined,
    loss: { name: 'given residual', value: (prediction) => ops.sum(prediction), residual: () => z },
  };
  return noGrad(() =>
    scope(() => {
      if (metric === 'euclidean') return particleGradient(given, family, measure).theta;
      // Use grad_theta G directly: no division by weights and steps, which may be 0.
      const solution = solve(given, family, measure);
      const slopes = measure.steps.map((_, l) =>
        functionalGradient(solution, l).slope(measure.particles(l, 0).theta),
      );
      return ops.stack(slopes);
    }),
  );
}
