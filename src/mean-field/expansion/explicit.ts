/** The explicit sums of the talk for the first two orders of the expansion. */
import { type LongCallOptions, longCallKeys, watchCall } from '../../cancel.ts';
import { checkOptions } from '../../check.ts';
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import { type FamilyActivation, matrix, scalarActivation } from '../families/index.ts';
import type { Particles } from '../families/index.ts';
import { checkFlow } from '../check-flow.ts';
import type { Measure } from '../measures/index.ts';
import { type FlowInput, initialState, type Problem } from '../problem.ts';

/**
 * For f = s(Theta x): C_1 = sum_l h_l sum_j w_lj s(Theta_lj x), and over pairs of depths C_2 = sum_{l > m} h_l h_m
 * sum_i w_li s'(Theta_li x) (Theta_li sum_j w_mj s(Theta_mj x)). (The slide omits a factor 1/L in its second
 * integral.)
 *
 * @returns C_1 and C_2, [N, d] each
 * @throws UsageError for shapes that do not match; AbortError if `signal` aborts
 */
export function explicitOrders(
  problem: FlowInput | Problem,
  activation: FamilyActivation,
  measure: Measure,
  options: LongCallOptions = {},
): { first: Tensor; second: Tensor } {
  checkOptions<LongCallOptions>('explicitOrders', options, longCallKeys);
  const family = matrix(activation);
  checkFlow(problem, family, measure);
  const watch = watchCall('explicitOrders', options);
  return noGrad(() =>
    scope(() => {
      const x = initialState(problem);
      const zero = ops.mulScalar(x, 0);
      const velocities = measure.steps.map((_, l) => family.velocity(x, measure.particles(l, 0)));
      const first = measure.steps.reduce((sum, h, l) => ops.add(sum, velocities[l]!, h), zero);
      let second = zero;
      measure.steps.forEach((h, l) => {
        for (let m = 0; m < l; m++) {
          const pair = throughTwo(activation, x, measure.particles(l, 0), velocities[m]!);
          second = ops.add(second, pair, h * (measure.steps[m] ?? 0));
        }
        watch(l + 1, measure.steps.length);
      });
      return { first, second };
    }),
  );
}

/** sum_i w_i s'(Theta_i x) (Theta_i v), [N, d]. */
function throughTwo(
  activation: FamilyActivation,
  x: Tensor,
  { theta, weight }: Particles,
  v: Tensor,
): Tensor {
  const s = scalarActivation(activation);
  const [count = 0, d = 0] = x.shape;
  const matrices = ops.transpose(ops.view(theta, [-1, d]), 0, 1);
  const each = (u: Tensor): Tensor => ops.view(u, [count, -1, d]);
  const u = ops.mm(x, matrices);
  const moved = ops.mul(each(s.slope(u, s.value(u))), each(ops.mm(v, matrices)));
  return ops.sumDim(ops.mul(moved, ops.unsqueeze(weight, 1)), [1]);
}
