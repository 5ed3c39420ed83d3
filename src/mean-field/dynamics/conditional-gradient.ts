/**
 * The Frank-Wolfe (conditional gradient) method in the space of measures: each round adds the best Diracs of Q_r
 * to rho.
 */
import { longCallKeys, watchCall } from '../../cancel.ts';
import { checkInteger, checkLimit, checkNumber, checkNeededOptions, checkOptions } from '../../check.ts';
import { noGrad, ops, scope } from '../../tensor/index.ts';
import type { Family } from '../families/index.ts';
import { energy, type FlowOptions, particleGradient, solve } from '../gradient.ts';
import type { GridMeasure } from '../measures/index.ts';
import type { Problem } from '../problem.ts';
import { insertParticles, lineSearch, steepestDirection } from './descent.ts';
import { durations } from './descent-field.ts';
import { type LinearMinimisationOptions, minimisationKeys } from './linear-minimisation.ts';
import { weightRate } from './weights.ts';

/** Options of {@link conditionalGradient}. */
export interface ConditionalGradientOptions extends LinearMinimisationOptions, FlowOptions {
  /** Default: 20. */
  readonly rounds?: number | undefined;
  /** Stops once E falls below this value. */
  readonly targetLoss?: number | undefined;
  /**
   * Corrective steps for all weights after each insertion, by mirror descent on the simplex of each slice.
   * Default: 0.
   */
  readonly correctiveSteps?: number | undefined;
  /** Called after each round; return `false` to stop. */
  readonly onRound?: ((round: ConditionalGradientRound) => unknown) | undefined;
}

const optionKeys = {
  ...minimisationKeys,
  rounds: true,
  targetLoss: true,
  correctiveSteps: true,
  onRound: true,
  integrator: true,
} as const;

/** The record of one round of {@link conditionalGradient}. */
export interface ConditionalGradientRound {
  readonly round: number;
  /** E after the round. */
  readonly loss: number;
  /** <dE/drho, nu - rho> before the round. */
  readonly gap: number;
  readonly lambda: number;
}

/**
 * rho <- (1 - lambda) rho + lambda nu, where nu(., t_l) is the Dirac at the minimiser of G(., t_l) over Q_r in
 * every step and a line search picks lambda, so that E never rises. Each round adds one particle per slice, or
 * `atoms`.
 *
 * @returns the measure, whose tensors belong to the caller's scope, and a record of each round
 * @throws UsageError for options out of range or shapes that do not match; AbortError if `signal` aborts
 */
export function conditionalGradient(
  problem: Problem,
  family: Family,
  start: GridMeasure,
  options: ConditionalGradientOptions,
): { measure: GridMeasure; rounds: ConditionalGradientRound[] } {
  checkNeededOptions('conditionalGradient', options, optionKeys);
  const {
    rounds: maxRounds = 20,
    targetLoss = -Infinity,
    correctiveSteps = 0,
    integrator,
    onRound,
    signal,
    onProgress,
    ...minimisation
  } = options;
  checkInteger('rounds', maxRounds, { min: 0 });
  checkInteger('correctiveSteps', correctiveSteps, { min: 0 });
  checkLimit('targetLoss', targetLoss);
  const watch = watchCall('conditionalGradient', { signal, onProgress });
  return noGrad(() =>
    scope(() => {
      let measure = start;
      const rounds: ConditionalGradientRound[] = [];
      for (let round = 1; round <= maxRounds; round++) {
        const taken = scope(() => {
          const solution = solve(problem, family, measure, { integrator, signal });
          const { theta, gap } = steepestDirection(solution, { ...minimisation, signal });
          const towards = (lambda: number): GridMeasure => insertParticles(measure, theta, lambda);
          const { lambda } = lineSearch(problem, family, towards, { integrator, signal });
          const grown = correctWeights(problem, family, towards(lambda), correctiveSteps, {
            integrator,
            signal,
          });
          return { gap, lambda, ...grown };
        });
        measure = taken.measure;
        rounds.push({ round, loss: taken.loss, gap: taken.gap, lambda: taken.lambda });
        watch(round, maxRounds);
        if (onRound?.(rounds.at(-1)!) === false || taken.loss < targetLoss || taken.lambda === 0) break;
      }
      return { measure, rounds };
    }),
  );
}

/**
 * Mirror descent on the weights, w_lj <- w_lj exp(- eta (G_lj - mean G)), normalised in each slice. eta doubles
 * after a step that lowers E; a step that does not is discarded, and eta is divided by 4.
 *
 * @throws UsageError for options out of range; AbortError if `signal` aborts
 */
export function correctWeights(
  problem: Problem,
  family: Family,
  measure: GridMeasure,
  steps: number,
  options: FlowOptions & { readonly eta?: number | undefined } = {},
): { measure: GridMeasure; loss: number } {
  checkOptions('correctWeights', options, { eta: true, integrator: true, ...longCallKeys });
  checkInteger('steps', steps, { min: 0 });
  let eta = checkNumber('eta', options.eta ?? 1, { above: 0 });
  const watch = watchCall('correctWeights', options);
  const { integrator } = options;
  return noGrad(() =>
    scope(() => {
      const rate = weightRate('fisher-rao')!;
      const depth = durations(measure);
      let [best, loss] = [measure, energy(problem, family, measure, { integrator })];
      for (let i = 0; i < steps; i++) {
        const tried = scope(() => {
          const { weight } = particleGradient(problem, family, best, { integrator, weight: true });
          const value = ops.div(weight!, depth);
          const factor = ops.exp(ops.mulScalar(rate(best.weight, value), -eta));
          const raw = ops.mul(best.weight, factor);
          const mass = ops.sumDim(best.weight, [1], true);
          return best.withWeight(ops.mul(raw, ops.div(mass, ops.sumDim(raw, [1], true))));
        });
        const there = energy(problem, family, tried, { integrator });
        eta *= there < loss ? 2 : 0.25;
        if (there < loss) [best, loss] = [tried, there];
        watch(i + 1, steps);
      }
      return { measure: best, loss };
    }),
  );
}
