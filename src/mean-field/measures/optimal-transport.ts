/** Exact optimal transport with its plan. */
import { type LongCallOptions, longCallKeys, throttled, watchCall } from '../../cancel.ts';
import { checkNumber, checkOptions } from '../../check.ts';
import { scope, type Tensor, tensor } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { assignment } from './assignment.ts';
import { lineCost, linePlan } from './line-transport.ts';
import { networkSimplex } from './network-simplex.ts';
import { isUniform, readPair, type Support } from './points.ts';
import { distanceOf, type TotalCost, transportCost } from './transport-cost.ts';

/** Options of {@link optimalTransport}. */
export interface OptimalTransportOptions extends LongCallOptions {
  /** The power of the distance, at least 1. Default: 2. */
  readonly p?: number | undefined;
}

/** An optimal plan between two measures. */
export interface OptimalTransport {
  /** W_p = (sum_ij plan_ij |theta_i - theta'_j|^p)^{1/p}. */
  readonly distance: number;
  /**
   * pi, [M, M'], with the dtype of the weights of a: rows add up to the weights of a, columns to those of b. At
   * most M + M' - 1 entries are not 0.
   */
  readonly plan: Tensor;
}

/**
 * The plan that moves one measure to another at minimal cost, sum_ij pi_ij |theta_i - theta'_j|^p, for any weights
 * and counts. Sorts if k = 1, solves an assignment problem for equal numbers of particles of equal weight, and
 * runs the network simplex otherwise. Equivalent to `ot.emd` of Python Optimal Transport.
 *
 * @returns the distance and the plan; the caller's scope owns the plan
 * @throws UsageError for measures of different mass or k, negative weights, NaN
 */
export function optimalTransport(
  a: Particles,
  b: Particles,
  options: OptimalTransportOptions = {},
): OptimalTransport {
  checkOptions<OptimalTransportOptions>('optimalTransport', options, { p: true, ...longCallKeys });
  const p = checkNumber('p', options.p ?? 2, { min: 1 });
  const [x, y] = readPair(a, b);
  const columns = b.theta.shape[0] ?? 0;
  const plan = new Float64Array((a.theta.shape[0] ?? 0) * columns);
  const total = bestPlan(x, y, p, watchCall('optimalTransport', options), (i, j, mass) => {
    const at = x.place[i]! * columns + y.place[j]!;
    plan[at] = plan[at]! + mass * x.mass;
  });
  const { dtype } = a.weight;
  return {
    distance: distanceOf(total, x, p),
    plan: scope(() => tensor(plan, [plan.length / columns, columns], { dtype })),
  };
}

type Watch = (done: number, total?: number) => void;

/** The cost of the optimal plan between two laws; calls `visit` with each pair between which mass moves. */
export function bestPlan(
  x: Support,
  y: Support,
  p: number,
  watch: Watch,
  visit?: (i: number, j: number, mass: number) => void,
): TotalCost {
  if (x.k === 1) {
    if (visit) linePlan(x, y, visit);
    return lineCost(x, y, p);
  }
  const { cost, unit, vanished } = transportCost(x, y, p, { watch: throttled(watch) });
  if (x.count === y.count && isUniform(x) && isUniform(y)) {
    const found = assignment(cost, x.count, watch);
    if (visit)
      found.columnOf.forEach((j, i) => {
        visit(i, j, 1 / x.count);
      });
    return { total: found.cost / x.count, unit, vanished };
  }
  const found = networkSimplex({ cost, supply: x.weight, demand: y.weight, watch: throttled(watch) });
  if (visit)
    found.mass.forEach((mass, at) => {
      visit(found.row[at]!, found.column[at]!, mass);
    });
  return { total: found.cost, unit, vanished };
}
