/**
 * The expansion of a ResNet in eps, a factor on its law of blocks: an ensemble of shallow networks, order by
 * order.
 */
import { type LongCallOptions, longCallKeys, watchCall } from '../../cancel.ts';
import { checkInteger, checkOptions } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import type { Family } from '../families/index.ts';
import { checkFlow } from '../check-flow.ts';
import type { Measure } from '../measures/index.ts';
import { type FlowInput, initialState, type Problem } from '../problem.ts';

/**
 * The coefficients of X(., 1) = sum_k eps^k C_k for the Euler flow of eps rho, X^{l+1} = X^l + eps h_l F_l(X^l):
 * exact, by truncated power series through the recursion. C_k collects the paths through k blocks: binom(L, k)
 * paths of weight h^k (from k = 3 on also trees, through s''), so that the small parameter is the size of rho, not
 * 1/L.
 *
 * @param order - K, the highest order
 * @returns C_0 .. C_K, [N, d] each; C_0 is the state at depth 0
 * @throws UsageError for a negative order or a family without power series (relu, a network branch);
 * AbortError if `signal` aborts
 */
export function expandFlow(
  problem: FlowInput | Problem,
  family: Family,
  measure: Measure,
  order: number,
  options: LongCallOptions = {},
): Tensor[] {
  checkOptions<LongCallOptions>('expandFlow', options, longCallKeys);
  checkFlow(problem, family, measure);
  checkInteger('order', order, { min: 0 });
  const { velocitySeries } = family;
  if (!velocitySeries)
    throw new UsageError(`family ${family.name} has no power series: use bottleneck or matrix blocks`);
  const watch = watchCall('expandFlow', options);
  return noGrad(() =>
    scope(() => {
      const start = initialState(problem);
      const zero = ops.mulScalar(start, 0);
      let state: Tensor[] = [start, ...Array.from({ length: order }, () => zero)];
      measure.steps.forEach((h, l) => {
        state = scope(() => {
          // The velocity carries a factor eps, so the series of the state needs one order less.
          const velocity = order > 0 ? velocitySeries(state.slice(0, -1), measure.particles(l, 0)) : [];
          return state.map((x, k) => (k === 0 ? x : ops.add(x, velocity[k - 1]!, h)));
        });
        watch(l + 1, measure.steps.length);
      });
      return state;
    }),
  );
}
