/** Chains of n blocks with positions in depth, and the change of E where two positions cross. */
import {
  bottleneck,
  energy,
  type Family,
  gridMeasure,
  intervalMeasure,
  type Measure,
  type Problem,
  smoothPaths,
  gaussian,
  sortedOrder,
} from '../../mean-field/index.ts';
import { type Generator, ops, scope, type Tensor } from '../../tensor/index.ts';

export interface Chain {
  readonly problem: Problem;
  readonly family: Family;
  /** [n, k], in order of depth. */
  readonly theta: Tensor;
}

export const arrangements = ['i.i.d.', 'smooth'] as const;
/** How blocks are drawn: independently, or as neighbours on a path that is smooth in depth. */
export type Arrangement = (typeof arrangements)[number];

/**
 * The same generator gives the same data for every n. For independent blocks, the two in the middle, which cross,
 * are also the same; for smooth ones, the path is.
 */
export function drawnChain(generator: Generator, n: number, arrangement: Arrangement): Chain {
  const [samples, d] = [6, 3];
  const family = bottleneck('tanh');
  const k = family.parameterCount(d);
  const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
  const problem = { inputs: normal(samples, d), targets: normal(samples, 1), readout: normal(1, d) };
  const theta = scope(() => {
    if (arrangement === 'smooth') {
      const path = smoothPaths(gaussian(), generator, 1, k, { dtype: 'f64' });
      return ops.cat(Array.from({ length: n }, (_, i) => path((i + 0.5) / n).theta));
    }
    const [pair, others] = [normal(2, k), normal(n - 2, k)];
    const before = middleOf(n);
    return ops.cat([ops.sliceDim(others, 0, 0, before), pair, ops.sliceDim(others, 0, before, n - 2)]);
  });
  return { problem, family, theta };
}

/** Index of the first of the two blocks that cross. */
const middleOf = (n: number): number => Math.floor(n / 2) - 1;

/**
 * Maps positions tau to the depths at which the blocks of a chain act: tau_i is the end of block i in `sorted`,
 * and its start in the other schemes.
 */
export type Scheme = (theta: Tensor, tau: readonly number[]) => Measure;

/** Algorithm 1: X <- X + (tau^l - tau^{l-1}) f(X, theta^l), over the sorted blocks. */
export const sorted: Scheme = (theta, tau) => intervalMeasure(theta, { tau });

/** Every block has width 1/n, and the blocks act one after the other in the order of their positions. */
export const sequential: Scheme = (theta, tau) => {
  const order = sortedOrder(tau);
  const [n = 0] = theta.shape;
  const rows = order.map((i) => ops.sliceDim(theta, 0, i, i + 1));
  return gridMeasure(scope(() => ops.view(ops.cat(rows), [n, 1, -1])));
};

/** Each block acts on [tau_i, tau_i + 2/n] with weight 1/2, so that neighbours overlap. */
export const overlapping: Scheme = (theta, tau) => {
  const n = tau.length;
  return intervalMeasure(theta, {
    tau,
    tauEnd: tau.map((start) => start + 2 / n),
    weight: ops.full([n], 0.5, 'f64'),
  });
};

/**
 * E with blocks m and m + 1 a distance `separation` apart around their common position, minus E with the two
 * positions exchanged; the others are 1/n apart.
 */
export function jumpAtCrossing(
  { problem, family, theta }: Chain,
  scheme: Scheme,
  separation: number,
): number {
  const [n = 0] = theta.shape;
  const m = middleOf(n);
  const at = (sign: number): number =>
    scope(() => {
      const tau = Array.from({ length: n }, (_, i) => (i + 1) / n);
      const place = (m + 1) / n;
      tau[m] = place - (sign * separation) / 2;
      tau[m + 1] = place + (sign * separation) / 2;
      return energy(problem, family, scheme(theta, tau));
    });
  return at(1) - at(-1);
}
