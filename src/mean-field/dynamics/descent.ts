/**
 * Descent directions in the space of measures. A small step lambda towards nu changes E by lambda <dE/drho, nu -
 * rho>. Local minima are global because such a nu exists wherever E > 0.
 */
import { longCallKeys, watchCall } from '../../cancel.ts';
import {
  checkInteger,
  checkNeededFunction,
  checkNeededOptions,
  checkNumber,
  checkObject,
  checkOptions,
} from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import type { Family, Particles } from '../families/index.ts';
import { functionalGradient, type FunctionalGradient } from '../functional-gradient.ts';
import { energy, type FlowOptions, type Solution } from '../gradient.ts';
import { gridMeasure, type GridMeasure, type Measure } from '../measures/index.ts';
import type { Problem } from '../problem.ts';
import { type LinearMinimisationOptions, minimisationKeys, minimiseOverBall } from './linear-minimisation.ts';
import { checkStep, joined } from '../measures/measure.ts';
import { readPoints } from '../measures/points.ts';
import { checkMeasure, checkSolution } from '../check-kinds.ts';

/** A probability measure nu(., t_l) in every step of depth, towards which E falls. */
export interface DescentDirection {
  /** Its atoms, of equal weight, [L, m, k]. */
  readonly theta: Tensor;
  /** The integrals of G(., t_l) over nu and over rho, for each step. */
  readonly values: readonly number[];
  readonly currentValues: readonly number[];
  /** <dE/drho, nu - rho> = sum_l h_l (values_l - currentValues_l). */
  readonly gap: number;
}

/** The integral of G(., t_l) over rho(., t_l). @throws UsageError for arguments of the wrong kind */
export function integrateOverSlice(gradient: FunctionalGradient, measure: Measure, l: number): number {
  checkObject('a gradient from functionalGradient', 'gradient', gradient, 'value');
  checkMeasure(measure);
  return scope(() => {
    const { theta, weight } = measure.particles(l, 0);
    return ops.dot(gradient.value(theta), weight).item();
  });
}

/**
 * nu = the Dirac at the minimiser of G(., t_l) over Q_r in every step: the steepest direction among probability
 * measures on Q_r, as in conditional gradient. Each depth is minimised independently. With `atoms` > 1, nu is
 * spread over that many local minimisers.
 *
 * @throws UsageError for options out of range, or if G is not finite
 *
 * @example
 * const solution = flowGradient(problem, family, measure);
 * const { gap } = steepestDirection(solution, { radius: 3, generator: new Generator(1) });
 */
export function steepestDirection(
  solution: Solution,
  options: LinearMinimisationOptions,
  gradientAt: typeof functionalGradient = functionalGradient,
): DescentDirection {
  checkNeededOptions('steepestDirection', options, minimisationKeys);
  const watch = watchCall('steepestDirection', options);
  const minimisation = { ...options, onProgress: undefined };
  checkSolution(solution);
  const { measure, family, states } = solution;
  const k = family.parameterCount(states[0]?.shape[1] ?? 0);
  return noGrad(() =>
    scope(() => {
      const found = measure.steps.map((_, l) => {
        const gradient = gradientAt(solution, l);
        const { theta, values } = minimiseOverBall(gradient, k, minimisation);
        const value = values.reduce((sum, one) => sum + one / values.length, 0);
        const current = integrateOverSlice(gradient, measure, l);
        if (!Number.isFinite(value) || !Number.isFinite(current))
          throw new UsageError(
            `steepestDirection: G is not finite in step ${l} (${value} at its minimum, ${current} over the measure): the flow or its gradient overflowed; scale inputs or parameters down`,
          );
        watch(l + 1, measure.steps.length);
        return { theta, value, current };
      });
      return {
        theta: ops.stack(found.map(({ theta }) => theta)),
        values: found.map(({ value }) => value),
        currentValues: found.map(({ current }) => current),
        gap: measure.steps.reduce((sum, h, l) => sum + h * (found[l]!.value - found[l]!.current), 0),
      };
    }),
  );
}

/**
 * (1 - lambda) rho + lambda nu in every step, where nu has m atoms of equal weight. Particles whose weight becomes
 * 0 are dropped.
 *
 * @param theta - the atoms of nu, [L, m, k]
 * @throws UsageError unless theta has an atom for each step, with as many parameters as the particles
 */
export function insertParticles(measure: GridMeasure, theta: Tensor, lambda: number): GridMeasure {
  checkNumber('lambda', lambda, { min: 0, max: 1 });
  const { steps } = measure;
  const [atSteps, atoms = 0, k] = theta.shape;
  if (theta.rank !== 3 || atSteps !== steps.length || atoms < 1 || k !== measure.theta.shape[2])
    throw new UsageError(
      `insertParticles: expected atoms [${steps.length}, m, ${measure.theta.shape[2] ?? 0}], got shape [${theta.shape.join(', ')}]`,
    );
  if (theta.dtype !== measure.theta.dtype)
    throw new UsageError(
      `insertParticles: expected atoms of ${measure.theta.dtype}, the type of the measure, got ${theta.dtype}`,
    );
  return scope(() => {
    const share = ops.mulScalar(ops.sumDim(measure.weight, [1], true), lambda / (theta.shape[1] ?? 1));
    const weight = ops.clone(ops.expand(share, theta.shape.slice(0, 2)));
    if (lambda === 0) return measure;
    if (lambda === 1) return gridMeasure(theta, { steps, weight });
    return gridMeasure(ops.cat([measure.theta, theta], 1), {
      steps,
      weight: ops.cat([ops.mulScalar(measure.weight, 1 - lambda), weight], 1),
    });
  });
}

/**
 * (1 - lambda) rho + lambda nu in step l; rho elsewhere.
 *
 * @throws UsageError for a lambda or particles that are not finite, or a step out of range
 */
export function mixtureInStep(rho: Measure, l: number, nu: Particles, lambda: number): Measure {
  checkMeasure(rho, 'rho');
  checkStep(l, rho.steps);
  readPoints(nu);
  checkNumber('lambda', lambda);
  return {
    steps: rho.steps,
    particles(step, c) {
      const { theta, weight } = rho.particles(step, c);
      if (step !== l) return { theta, weight };
      return joined([
        { theta, weight: ops.mulScalar(weight, 1 - lambda) },
        { theta: nu.theta, weight: ops.mulScalar(nu.weight, lambda) },
      ]);
    },
  };
}

/** Options of {@link lineSearch}. */
export interface LineSearchOptions extends FlowOptions {
  /** Golden-section steps around the best lambda. Default: 12. */
  readonly sections?: number | undefined;
  /** Halvings of lambda, starting from 1. Default: 30. */
  readonly halvings?: number | undefined;
}

/** The best lambda of a line search, and E there. */
export interface LineSearchResult {
  readonly lambda: number;
  readonly loss: number;
}

/**
 * Minimises E over lambda in [0, 1]: halves lambda from 1 until E stops falling, then refines by golden-section
 * search. Returns lambda = 0 if no lambda lowers E.
 *
 * @throws UsageError for options out of range, or if E at lambda = 0 is not finite; AbortError if `signal` aborts
 */
export function lineSearch(
  problem: Problem,
  family: Family,
  along: (lambda: number) => Measure,
  options: LineSearchOptions = {},
): LineSearchResult {
  checkOptions('lineSearch', options, { sections: true, halvings: true, integrator: true, ...longCallKeys });
  const { sections = 12, halvings = 30, integrator } = options;
  checkNeededFunction('along', along);
  checkInteger('sections', sections, { min: 0 });
  checkInteger('halvings', halvings, { min: 0 });
  const watch = watchCall('lineSearch', options);
  let done = 0;
  const at = (lambda: number): LineSearchResult => {
    const loss = scope(() => energy(problem, family, along(lambda), { integrator }));
    watch(++done);
    return { lambda, loss };
  };
  const better = (a: LineSearchResult, b: LineSearchResult): LineSearchResult => (b.loss < a.loss ? b : a);
  let best = at(0);
  if (!Number.isFinite(best.loss))
    throw new UsageError(`lineSearch: E is ${best.loss} at lambda = 0, so no lambda can be compared with it`);
  for (let i = 0, since = 0; i <= halvings && since < 3; i++) {
    const tried = better(best, at(2 ** -i));
    since = best.lambda === 0 || tried !== best ? 0 : since + 1;
    best = tried;
  }
  if (best.lambda === 0) return best;
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [best.lambda / 2, Math.min(1, best.lambda * 2)];
  let left = at(high - golden * (high - low));
  let right = at(low + golden * (high - low));
  for (let i = 0; i < sections; i++) {
    if (left.loss < right.loss) {
      high = right.lambda;
      right = left;
      left = at(high - golden * (high - low));
    } else {
      low = left.lambda;
      left = right;
      right = at(low + golden * (high - low));
    }
    best = better(better(best, left), right);
  }
  return best;
}
