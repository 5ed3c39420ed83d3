/** Entropic transport by Sinkhorn's iteration on the logarithms of its scalings, which neither over- nor underflow. */
import { checkInteger, checkNumber } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { noGrad, ops, scope, type Tensor, tensorOver } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { readPair, transportCost } from './points.ts';

export interface SinkhornOptions {
  /** The strength of the entropy, in units of a squared distance. */
  readonly epsilon: number;
  /** The marginal error at which it stops; default 1e-9. */
  readonly tolerance?: number | undefined;
  /** Default: 10000. */
  readonly maxIterations?: number | undefined;
}

export interface Entropic {
  /** sqrt(sum_ij pi_ij abs(theta_i - theta'_j)^2) of the best plan: at least W2, and tends to it as epsilon -> 0. */
  readonly distance: number;
  /** sum_i abs(sum_j pi_ij - w_i) over the mass; the other marginal is exact. */
  readonly marginalError: number;
  readonly iterations: number;
}

/**
 * Entropic W2: the plan pi that minimises sum pi_ij abs(theta_i - theta'_j)^2 + epsilon sum pi_ij log pi_ij. Any weights.
 *
 * @throws UsageError for measures of different mass or k, negative weights, NaN; if the tolerance is not reached
 */
export function sinkhorn(
  a: Particles,
  b: Particles,
  { epsilon, tolerance = 1e-9, maxIterations = 10_000 }: SinkhornOptions,
): Entropic {
  checkNumber('epsilon', epsilon, { above: 0 });
  checkNumber('tolerance', tolerance, { above: 0 });
  checkInteger('maxIterations', maxIterations, { min: 1 });
  const [x, y] = readPair(a, b);
  const costs = transportCost(x, y, 2);
  return noGrad(() =>
    scope(() => {
      const cost = tensorOver(costs, [x.count, y.count]);
      const rows = tensorOver(x.weight, [x.count, 1]);
      const columns = tensorOver(y.weight, [1, y.count]);
      const kernel = ops.divScalar(cost, -epsilon);
      const steps = scalings(kernel, rows, columns);
      let iterations = 1;
      let state = scope(() => steps());
      const error = (): number => state.missing / x.mass;
      for (; error() > tolerance && iterations < maxIterations; iterations++) {
        const old = state;
        state = scope(() => steps(old.sums));
        [old.phi, old.psi, old.sums].forEach((one) => {
          one.dispose();
        });
      }
      if (!(error() <= tolerance))
        throw new UsageError(
          `Sinkhorn did not reach a marginal error of ${tolerance} in ${maxIterations} iterations, only ` +
            `${error().toExponential(1)} (epsilon ${epsilon}, largest squared distance ` +
            `${ops.max(cost).item().toPrecision(3)}): take a larger epsilon or more iterations`,
        );
      const plan = ops.exp(ops.add(ops.add(kernel, state.phi), state.psi));
      const total = ops.sum(ops.mul(plan, cost)).item();
      return { distance: Math.sqrt(total), marginalError: error(), iterations };
    }),
  );
}

/** pi = exp(phi_i + kernel_ij + psi_j). */
interface Scalings {
  /** [M, 1] and [1, M'] */
  readonly phi: Tensor;
  readonly psi: Tensor;
  /** log sum_j exp(kernel_ij + psi_j), [M, 1]: the next phi needs it, and the error of the marginal. */
  readonly sums: Tensor;
  /** sum_i abs(sum_j pi_ij - w_i) */
  readonly missing: number;
}

/** One iteration, from the sums that the one before left: phi so that the rows fit, then psi so that the columns do. */
function scalings(kernel: Tensor, rows: Tensor, columns: Tensor): (sums?: Tensor) => Scalings {
  const [logRows, logColumns] = [ops.log(rows), ops.log(columns)];
  const start = ops.logsumexp(kernel, [1], true);
  return (before = start) => {
    const phi = ops.sub(logRows, before);
    const psi = ops.sub(logColumns, ops.logsumexp(ops.add(kernel, phi), [0], true));
    const sums = ops.logsumexp(ops.add(kernel, psi), [1], true);
    const missing = ops.sum(ops.abs(ops.sub(ops.exp(ops.add(phi, sums)), rows))).item();
    return { phi, psi, sums, missing };
  };
}
