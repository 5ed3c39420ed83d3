/** Entropic transport: Sinkhorn's iteration in the logarithms of its scalings, from large epsilon to small, then Newton. */
import { checkInteger, checkNumber } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { noGrad, ops, scope, type Tensor, tensorOver } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { readPair, transportCost } from './points.ts';
import { marginalError, newtonStep, planOf, type SemiDual, sinkhornStep } from './semi-dual.ts';

export interface SinkhornOptions {
  /** The strength of the entropy, in units of a squared distance. */
  readonly epsilon: number;
  /** The marginal error at which it stops; default 1e-9. */
  readonly tolerance?: number | undefined;
  /** Sinkhorn's and Newton's together; default 1000. */
  readonly maxIterations?: number | undefined;
}

export interface Entropic {
  /** sqrt(sum_ij pi_ij abs(theta_i - theta'_j)^2) of the best plan: at least W2, and tends to it as epsilon -> 0. */
  readonly distance: number;
  /** The sum over the particles of one side of abs(mass of the plan - weight), over the whole mass; the other side is exact. */
  readonly marginalError: number;
  readonly iterations: number;
}

/**
 * Entropic W2: the plan pi that minimises sum pi_ij abs(theta_i - theta'_j)^2 + epsilon sum pi_ij log pi_ij. Any
 * weights. The time is O(n m min(n, m)) an iteration.
 *
 * @throws UsageError for measures of different mass or k, negative weights, NaN; if the tolerance is not reached
 */
export function sinkhorn(
  a: Particles,
  b: Particles,
  { epsilon, tolerance = 1e-9, maxIterations = 1000 }: SinkhornOptions,
): Entropic {
  checkNumber('epsilon', epsilon, { above: 0 });
  checkNumber('tolerance', tolerance, { above: 0 });
  checkInteger('maxIterations', maxIterations, { min: 1 });
  const [one, other] = readPair(a, b);
  // Newton's matrix has the size of the second side.
  const [x, y] = one.count < other.count ? [other, one] : [one, other];
  const { mass } = x;
  const costs = transportCost(x, y, 2);
  const weights = [x, y].map(({ weight }) => weight.map((w) => w / mass));
  return noGrad(() =>
    scope(() => {
      const cost = tensorOver(costs, [x.count, y.count]);
      const rows = tensorOver(weights[0]!, [x.count, 1]);
      const columns = tensorOver(weights[1]!, [1, y.count]);
      const { plan, error, iterations } = descend(
        { cost, rows, columns },
        { epsilon, tolerance, maxIterations },
      );
      if (error > tolerance)
        throw new UsageError(
          `Sinkhorn did not reach a marginal error of ${tolerance} in ${maxIterations} iterations, only ` +
            `${error.toExponential(1)} (epsilon ${epsilon}, largest squared distance ` +
            `${ops.max(cost).item().toPrecision(3)}): take a larger epsilon or more iterations`,
        );
      const total = mass * ops.sum(ops.mul(plan, cost)).item();
      return { distance: Math.sqrt(total), marginalError: error, iterations };
    }),
  );
}

/** Each epsilon is this part of the one before; at each but the last a rough answer is enough to start the next. */
const shrink = 1 / 4;
const rough = 1e-2;
/** Sinkhorn's iterations before Newton's, at each epsilon. */
const warmUp = 5;

interface Progress {
  /** psi, [1, m]. */
  readonly potential: Tensor;
  readonly error: number;
  readonly iterations: number;
}

function descend(
  { cost, rows, columns }: { cost: Tensor; rows: Tensor; columns: Tensor },
  { epsilon, tolerance, maxIterations }: { epsilon: number; tolerance: number; maxIterations: number },
): { plan: Tensor; error: number; iterations: number } {
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
        for (let i = 0; error > goal && iterations < maxIterations; i++, iterations++) {
          potential = i < warmUp ? sinkhornStep(dual, potential) : newtonStep(dual, potential);
          error = marginalError(dual, potential);
        }
        return { potential, error, iterations };
      }),
    { potential: ops.mulScalar(columns, 0), error: Infinity, iterations: 0 },
  );
  return { plan: planOf(dualAt(epsilon), last.potential), error: last.error, iterations: last.iterations };
}
