/**
 * The continuous adjoint: dp/dt = - grad_x F(X, t)^T p solved backwards as an ODE of its own, together with the
 * state. It differs from the gradient of the discrete flow by the discretisation error; `solve` gives the exact
 * adjoint.
 */
import { type LongCallOptions, longCallKeys, watchCall } from '../cancel.ts';
import { checkOptions } from '../check.ts';
import { noGrad, ops, scope, type Tensor } from '../tensor/index.ts';
import type { Family } from './families/index.ts';
import { tableauOf, type Integrator, type Tableau } from './integrators/tableau.ts';
import type { Measure } from './measures/index.ts';
import { checkSteps, withDepths } from './measures/measure.ts';
import { checkFamily, checkMeasure } from './check-kinds.ts';
import { checkFinite } from './finite.ts';
import { checkTensor } from '../tensor/check-tensor.ts';

/** The result of {@link continuousAdjoint}. */
export interface BackwardSolution {
  /** X^0 .. X^L, reconstructed backwards from X^L, and p^0 .. p^L; [N, d] each. */
  readonly states: readonly Tensor[];
  readonly costates: readonly Tensor[];
}

/**
 * Integrates (X, p) from depth 1 to 0 with steps -h_l. Each step starts with rho at its right end.
 *
 * @param state - X(., 1), [N, d]
 * @param costate - p(., 1), [N, d], per sample (without the 1/N of the mean)
 * @param integrator - default: euler
 * @throws UsageError for arguments of the wrong kind or not finite, or an unknown integrator; AbortError if
 * `signal` aborts
 */
export function continuousAdjoint(
  family: Family,
  given: Measure,
  state: Tensor,
  costate: Tensor,
  integrator: Integrator | Tableau = 'euler',
  options: LongCallOptions = {},
): BackwardSolution {
  checkOptions<LongCallOptions>('continuousAdjoint', options, longCallKeys);
  checkFamily(family);
  checkMeasure(given);
  checkTensor('state', state);
  checkTensor('costate', costate);
  checkSteps(given.steps);
  for (const [name, x] of Object.entries({ state, costate })) checkFinite(`the ${name}`, x);
  const { a, b, c } = tableauOf(integrator);
  const measure = withDepths(family, given);
  const watch = watchCall('continuousAdjoint', options);
  return noGrad(() =>
    scope(() => {
      const states = [state];
      const costates = [costate];
      for (let l = measure.steps.length - 1; l >= 0; l--) {
        const h = measure.steps[l] ?? 0;
        const [x, p] = [states[0]!, costates[0]!];
        const [dx, dp]: [Tensor[], Tensor[]] = [[], []];
        const shifted = (
          from: Tensor,
          slopes: readonly Tensor[],
          weights: readonly number[],
          sign: number,
        ): Tensor =>
          slopes.reduce(
            (sum, slope, r) => (weights[r] ? ops.add(sum, slope, sign * h * weights[r]) : sum),
            from,
          );
        const next = scope(() => {
          b.forEach((_, s) => {
            const particles = measure.particles(l, 1 - (c[s] ?? 0));
            const xs = shifted(x, dx, a[s] ?? [], -1);
            const ps = shifted(p, dp, a[s] ?? [], 1);
            dx.push(family.velocity(xs, particles));
            dp.push(family.pullback(xs, particles, ps, { state: true }).state!);
          });
          return [shifted(x, dx, b, -1), shifted(p, dp, b, 1)] as const;
        });
        states.unshift(next[0]);
        costates.unshift(next[1]);
        watch(measure.steps.length - l, measure.steps.length);
      }
      return { states, costates };
    }),
  );
}
