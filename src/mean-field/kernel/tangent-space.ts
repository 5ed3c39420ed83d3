/** The model linearised around a measure: maps displacements of particles to predictions, and residuals back. */
import { type LongCallOptions, longCallKeys, watchCall } from '../../cancel.ts';
import { checkOneOf, checkOptions } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import { checkTensor } from '../../tensor/check-tensor.ts';
import { checkFinite } from '../finite.ts';
import type { Family } from '../families/index.ts';
import { functionalGradient } from '../functional-gradient.ts';
import { checkFit } from '../check-flow.ts';
import { particleGradient, solve } from '../gradient.ts';
import type { GridMeasure } from '../measures/index.ts';
import { withDepths } from '../measures/measure.ts';
import { initialState, predictionOf, type Problem, sampleCount } from '../problem.ts';
import { outputCount } from './covector-rows.ts';
import { type Metric, metrics } from './tangent-kernel.ts';

/**
 * J dtheta, [N, C]: the first-order change of predictions when particles move.
 *
 * @param displacement - dtheta, [L, M, k]
 * @throws UsageError for shapes that do not match, NaN; AbortError if `signal` aborts
 */
export function tangentPush(
  problem: Problem,
  family: Family,
  measure: GridMeasure,
  displacement: Tensor,
  options: LongCallOptions = {},
): Tensor {
  checkOptions<LongCallOptions>('tangentPush', options, longCallKeys);
  checkFit(problem, family, measure);
  checkLike('the displacement', displacement, measure.theta);
  const watch = watchCall('tangentPush', options);
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
        watch(l + 1, measure.steps.length);
      });
      return predictionOf(problem, moved);
    }),
  );
}

/**
 * M J^T z / N, [L, M, k]: minus the velocity of particles under the gradient flow for the residual z, [N, C].
 *
 * @param metric - as in {@link tangentKernel}
 * @throws UsageError for shapes that do not match, NaN; AbortError if `signal` aborts
 */
export function tangentPull(
  problem: Problem,
  family: Family,
  measure: GridMeasure,
  z: Tensor,
  metric: Metric = 'wasserstein',
  options: LongCallOptions = {},
): Tensor {
  checkOptions<LongCallOptions>('tangentPull', options, longCallKeys);
  checkFit(problem, family, measure);
  checkOneOf('metric', metric, metrics);
  const shape = [sampleCount(problem), outputCount(problem)];
  checkLike('z', z, { shape, dtype: problem.inputs.dtype });
  const watch = watchCall('tangentPull', options);
  const { signal } = options;
  const given: Problem = {
    ...problem,
    innerLosses: undefined,
    loss: { name: 'given residual', value: (prediction) => ops.sum(prediction), residual: () => z },
  };
  return noGrad(() =>
    scope(() => {
      if (metric === 'euclidean') return particleGradient(given, family, measure, { signal }).theta;
      // Use grad_theta G directly: no division by weights and steps, which may be 0.
      const solution = solve(given, family, measure, { signal });
      const slopes = measure.steps.map((_, l) => {
        const slope = functionalGradient(solution, l).slope(measure.particles(l, 0).theta);
        watch(l + 1, measure.steps.length);
        return slope;
      });
      return ops.stack(slopes);
    }),
  );
}

/** @throws UsageError unless `x` is finite, with the shape and dtype of `like` */
function checkLike(name: string, x: Tensor, like: Pick<Tensor, 'shape' | 'dtype'>): void {
  checkTensor(name, x);
  const [expected, got] = [like, x].map(({ dtype, shape }) => `${dtype} [${shape.join(', ')}]`);
  if (got !== expected) throw new UsageError(`${name}: expected ${expected}, got ${got}`);
  checkFinite(name, x);
}
