/** Entropic transport: Sinkhorn iterations in the log domain with decreasing epsilon, then Newton steps. */
import { type LongCallOptions, longCallKeys, throttled, throwIfAborted, watchCall } from '../../cancel.ts';
import { checkInteger, checkNumber, checkOptions } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { finfo, noGrad, ops, scope, type Tensor, fromBuffer } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { readPair, type Support } from './points.ts';
import { height, marginalError, newtonStep, planOf, type SemiDual, sinkhornStep } from './semi-dual.ts';
import { distanceOf, finiteResult, transportCost, unitOf } from './transport-cost.ts';
import { entropicCostAtLargeEpsilon } from './large-epsilon.ts';

/** Options of {@link sinkhorn} and {@link sinkhornDivergence}. */
export interface SinkhornOptions extends LongCallOptions {
  /** Strength of the entropy, in units of a squared distance. */
  readonly epsilon: number;
  /** Marginal error at which to stop. Default: 1e-9. */
  readonly tolerance?: number | undefined;
  /** Limit on Sinkhorn and Newton iterations together. Default: 1000. */
  readonly maxIterations?: number | undefined;
}

/** The result of {@link sinkhorn}. */
export interface SinkhornResult {
  /** sqrt(sum_ij pi_ij |theta_i - theta'_j|^2) of the optimal plan: at least W2, and tends to it as epsilon -> 0. */
  readonly distance: number;
  /**
   * sum over the particles of one side of |mass of the plan - weight|, relative to the total mass; the other side
   * is exact.
   */
  readonly marginalError: number;
  readonly iterations: number;
}

/**
 * Entropic W2: the plan pi that minimises sum pi_ij |theta_i - theta'_j|^2 + epsilon sum pi_ij log pi_ij, for any
 * weights. O(n m min(n, m)) per iteration.
 *
 * @throws UsageError for measures of different mass or k, negative weights, NaN; if the tolerance is not reached;
 * for an epsilon below the rounding of the squared distances
 */
export function sinkhorn(a: Particles, b: Particles, options: SinkhornOptions): SinkhornResult {
  const settings = settingsOf('sinkhorn', options);
  const [x, y] = readPair(a, b);
  const unit = unitOf(x, y);
  const { linear, error, iterations } = entropic(x, y, unit, settings);
  const distance = distanceOf({ total: linear, unit, vanished: false }, x, 2);
  return { distance, marginalError: error, iterations };
}

/** The result of {@link sinkhornDivergence}. */
export interface SinkhornDivergence {
  /** S(a, b) = OT(a, b) - OT(a, a) / 2 - OT(b, b) / 2: never negative, and 0 only for equal measures. */
  readonly divergence: number;
  /** sqrt(S): tends to W2 as epsilon -> 0, and to the distance of the means as epsilon -> infinity. */
  readonly distance: number;
  /** S with the transport cost of the plans only, sum pi_ij |theta_i - theta'_j|^2, as in POT; may be negative. */
  readonly sharp: number;
  /** The largest error of the three plans. */
  readonly marginalError: number;
  /** Total over the three plans. */
  readonly iterations: number;
}

/**
 * The Sinkhorn divergence: entropic transport with its bias removed, since OT(a, a) is not 0. OT is the minimum of
 * sum pi_ij |theta_i - theta'_j|^2 + epsilon KL(pi | a x b). Source: Feydy et al. 2019.
 *
 * @throws UsageError as {@link sinkhorn}
 */
export function sinkhornDivergence(a: Particles, b: Particles, options: SinkhornOptions): SinkhornDivergence {
  const settings = settingsOf('sinkhornDivergence', options);
  const [x, y] = readPair(a, b);
  const unit = unitOf(x, y);
  const [both, own, other] = [
    [x, y],
    [x, x],
    [y, y],
  ].map(([from, to]) => entropic(from!, to!, unit, settings)) as [Answer, Answer, Answer];
  const debiased = (part: (one: Answer) => number): number => part(both) - (part(own) + part(other)) / 2;
  // Rounding may give a value slightly below 0.
  const total = Math.max(
    0,
    debiased(({ whole }) => whole),
  );
  const distance = distanceOf({ total, unit, vanished: false }, x, 2);
  const all = [both, own, other];
  return {
    divergence: finiteResult('the divergence', distance * distance),
    distance,
    sharp: finiteResult('the divergence', debiased(({ linear }) => linear) * x.mass * unit * unit),
    marginalError: Math.max(...all.map(({ error }) => error)),
    iterations: all.reduce((sum, one) => sum + one.iterations, 0),
  };
}

interface Settings {
  readonly epsilon: number;
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly watch: (done: number, total?: number) => void;
  /** Checks the signal alone, at most every 50 ms. */
  readonly check: () => void;
}

function settingsOf(call: string, options: Partial<SinkhornOptions> = {}): Settings {
  const known = { epsilon: true, tolerance: true, maxIterations: true, ...longCallKeys } as const;
  checkOptions<SinkhornOptions>(call, options as SinkhornOptions, known);
  const { epsilon, tolerance = 1e-9, maxIterations = 1000 } = options;
  return {
    epsilon: checkNumber('epsilon', epsilon, { above: 0 }),
    tolerance: checkNumber('tolerance', tolerance, { above: 0 }),
    maxIterations: checkInteger('maxIterations', maxIterations, { min: 1 }),
    watch: watchCall(call, options),
    check: throttled(() => {
      throwIfAborted(options.signal, call);
    }),
  };
}

/** The result for two normalised laws; costs are in units of length squared. */
interface Answer {
  /** sum pi_ij C_ij, and the same plus epsilon KL(pi | a x b). */
  readonly linear: number;
  readonly whole: number;
  readonly error: number;
  readonly iterations: number;
}

function entropic(one: Support, other: Support, unit: number, settings: Settings): Answer {
  const { tolerance, maxIterations } = settings;
  // Newton's matrix has the size of the second side.
  const [x, y] = one.count < other.count ? [other, one] : [one, other];
  const costs = transportCost(x, y, 2, { unit, watch: settings.check }).cost;
  const largest = costs.reduce((max, value) => Math.max(max, value), 0);
  const epsilon = settings.epsilon / unit / unit;
  const described = `epsilon ${settings.epsilon}, largest distance ${(Math.sqrt(largest) * unit).toPrecision(3)}`;
  if (epsilon < 8 * finfo('f64').unitRoundoff * largest)
    throw new UsageError(
      `epsilon is below the rounding error of the squared distances (${described}): use wasserstein`,
    );
  return noGrad(() =>
    scope(() => {
      const cost = fromBuffer(costs, [x.count, y.count]);
      const rows = fromBuffer(x.weight, [x.count, 1]);
      const columns = fromBuffer(y.weight, [1, y.count]);
      const { dual, potential, error, iterations } = descend(
        { cost, rows, columns },
        { ...settings, epsilon },
      );
      if (!(error <= tolerance))
        throw new UsageError(
          `Sinkhorn did not reach a marginal error of ${tolerance} in ${maxIterations} iterations, only ` +
            `${error.toExponential(1)} (${described}): use a larger epsilon or more iterations`,
        );
      const linear = ops.sum(ops.mul(planOf(dual, potential), cost)).item();
      if (epsilon > largeEpsilon * largest)
        return { linear, whole: entropicCostAtLargeEpsilon(cost, rows, columns, epsilon), error, iterations };
      const entropy = ops.sum(ops.mul(columns, ops.log(columns))).item();
      return { linear, whole: epsilon * (height(dual, potential) - entropy), error, iterations };
    }),
  );
}

/**
 * In units of the largest cost. Above this, epsilon times the rounding error of the dual exceeds the truncation
 * error of the expansion.
 */
const largeEpsilon = 1e5;

/** The ratio of successive epsilons. All but the last need only a rough answer, as a start for the next. */
const shrink = 1 / 4;
const rough = 1e-2;
/** Sinkhorn iterations before Newton's, at each epsilon. */
const warmUp = 5;

interface Progress {
  /** psi, [1, m]. */
  readonly potential: Tensor;
  readonly error: number;
  readonly iterations: number;
}

function descend(
  { cost, rows, columns }: { cost: Tensor; rows: Tensor; columns: Tensor },
  { epsilon, tolerance, maxIterations, watch }: Settings,
): Progress & { readonly dual: SemiDual } {
  const levels = [epsilon];
  const largest = ops.max(cost).item();
  while (levels[0]! < largest * shrink) levels.unshift(levels[0]! / shrink);
  const dualAt = (level: number): SemiDual => ({ kernel: ops.divScalar(cost, -level), rows, columns });
  const last = levels.reduce<Progress>(
    (before, level) =>
      scope(() => {
        const goal = level === epsilon ? tolerance : Math.max(rough, tolerance);
        const dual = dualAt(level);
        // psi times epsilon hardly changes from one epsilon to the next.
        let potential = level === levels[0] ? before.potential : ops.mulScalar(before.potential, 1 / shrink);
        let [error, iterations] = [Infinity, before.iterations];
        for (let i = 0; !(error <= goal) && iterations < maxIterations; i++, iterations++) {
          watch(iterations, maxIterations);
          potential = i < warmUp ? sinkhornStep(dual, potential) : newtonStep(dual, potential);
          error = marginalError(dual, potential);
        }
        return { potential, error, iterations };
      }),
    { potential: ops.mulScalar(columns, 0), error: Infinity, iterations: 0 },
  );
  return { ...last, dual: dualAt(epsilon) };
}
