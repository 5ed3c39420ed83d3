/** G = dE/drho: the first variation of the loss at any particle and depth, and its gradient in theta. */
import { checkInteger, checkObject } from '../check.ts';
import { noGrad, ops, scope, type Tensor } from '../tensor/index.ts';
import { checkSolution } from './check-kinds.ts';
import { checkValues } from './families/family.ts';
import type { Particles } from './families/index.ts';
import type { Solution } from './gradient.ts';
import { adjointStages, type RungeKuttaStage } from './integrators/runge-kutta.ts';
import { tableauOf } from './integrators/tableau.ts';
import { breaksOf, positionOf, withDepths } from './measures/measure.ts';
import { sampleCount } from './problem.ts';

/** A Dirac of weight lambda at (theta, t_l) changes E by lambda h_l G(theta, t_l) + o(lambda). */
export interface FunctionalGradient {
  /** G(theta_j, t_l), [m]. @param theta - [m, k], any particles, in rho or not */
  value(theta: Tensor): Tensor;
  /** grad_theta G(theta_j, t_l), [m, k]. */
  slope(theta: Tensor): Tensor;
  /** The state and costate at which step l evaluates the velocity: under Euler one pair, (X^l, p^{l+1}). */
  readonly stages: readonly Pick<RungeKuttaStage, 'state' | 'costate' | 'c'>[];
}

/**
 * G(., t_l) = sum over the stages s of step l of the mean over samples of f(X_s, .) . q_s.
 *
 * @param solution - from `solve` or `flowGradient`, not yet freed
 * @param l - index of the step in depth, 0 .. L - 1
 * @throws UsageError for an l out of range
 *
 * @example
 * const G = functionalGradient(flowGradient(problem, family, measure), 2);
 * G.value(new Generator(2).normal([3, 7], 'f64')).toArray();
 */
export function functionalGradient(solution: Solution, l: number): FunctionalGradient {
  checkSolution(solution);
  const { problem, family, measure, integrator, states, costates } = solution;
  checkInteger('l', l, { min: 0, max: measure.steps.length - 1 });
  const place = { family, measure: withDepths(family, measure), l, tableau: tableauOf(integrator) };
  const stages = noGrad(() =>
    scope(() =>
      adjointStages(place, states[l]!, costates[l + 1]!, measure.steps[l] ?? 0).map(
        ({ state, costate, c, particles: { depth } }) => ({ state, costate, c, depth }),
      ),
    ),
  );
  const share = 1 / sampleCount(problem);
  const gather = (theta: Tensor, part: 'theta' | 'weight'): Tensor =>
    noGrad(() =>
      scope(() => {
        checkValues(family, stages[0]!.state, theta);
        const weight = ops.addScalar(ops.mulScalar(ops.select(theta, 1, 0), 0), 1);
        const terms = stages.map(({ state, costate, depth }) => {
          const particles: Particles = { theta, weight, depth };
          return family.pullback(state, particles, costate, { [part]: true })[part]!;
        });
        return ops.mulScalar(
          terms.reduce((sum, term) => ops.add(sum, term)),
          share,
        );
      }),
    );
  return { value: (theta) => gather(theta, 'weight'), slope: (theta) => gather(theta, 'theta'), stages };
}

/**
 * The index l of the step that contains depth t, t_l <= t < t_{l+1}; the end of the last step belongs to that
 * step. A depth within rounding error of a break, such as l/L or a sum of steps, counts as that break.
 *
 * @throws UsageError for a depth that is negative, NaN or beyond the end of the measure
 */
export function stepAt(solution: Pick<Solution, 'measure'>, t: number): number {
  checkObject('a solution from solve or flowGradient', 'solution', solution, 'measure');
  return positionOf(breaksOf(solution.measure), t).l;
}
