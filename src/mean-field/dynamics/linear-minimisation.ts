/** Linear minimisation: the minimiser of G(., t) over Q_r, the ball of radius r. */
import { type LongCallOptions, longCallKeys, watchCall } from '../../cancel.ts';
import { checkInteger, checkNumber, checkNeededOptions } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { type DType, type Generator, noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import type { FunctionalGradient } from '../functional-gradient.ts';
import { checkTensor } from '../../tensor/check-tensor.ts';
import { sphere } from '../measures/laws.ts';
import { rowLengths } from '../measures/row-lengths.ts';
import { checkFinite } from '../finite.ts';

/**
 * For every row, the best theta in Q_r that shares some coordinates with the given one: a closed form that a
 * family may supply.
 */
export type Polish = (theta: Tensor, slope: Tensor, radius: number) => Tensor;

/** Options of {@link minimiseOverBall}. */
export interface LinearMinimisationOptions extends LongCallOptions {
  readonly radius: number;
  /** Draws the starts; refused if they are given. */
  readonly generator?: Generator | undefined;
  /**
   * Starts of the projected gradient: a count (default 32), drawn with uniform direction and uniform length up to
   * r, or the points themselves, [starts, k], projected onto the ball.
   */
  readonly starts?: number | Tensor | undefined;
  /** Steps of the projected gradient. Default: 60. */
  readonly steps?: number | undefined;
  /** {@link outerWeights} for `bottleneck`. */
  readonly polish?: Polish | undefined;
  /** Number of distinct local minimisers to return. Default: 1, the best. */
  readonly atoms?: number | undefined;
}

/** The names of {@link LinearMinimisationOptions}. */
export const minimisationKeys = {
  radius: true,
  generator: true,
  starts: true,
  steps: true,
  polish: true,
  atoms: true,
  ...longCallKeys,
} as const;

/** Local minimisers of G(., t) and their values. */
export interface Minimisers {
  /** [atoms, k], best first. */
  readonly theta: Tensor;
  /** G(theta_j, t). */
  readonly values: readonly number[];
}

/** Projects each row of theta onto the ball of that radius. @throws UsageError for a radius that is not positive */
export function projectOnBall(theta: Tensor, radius: number): Tensor {
  checkNumber('radius', radius, { above: 0 });
  return scope(() =>
    ops.mul(theta, ops.clampMax(ops.mulScalar(ops.reciprocal(rowLengths(theta)), radius), 1)),
  );
}

/**
 * For f = a s(w.x + b), linear in a: a = - r_a g / |g| with g = mean of s(w.x + b) p = dG/da, where r_a^2 = r^2 -
 * |(w, b)|^2 is the part of the ball that (w, b) leaves for a.
 *
 * @param d - features of the state
 * @throws UsageError for an invalid d or radius
 */
export function outerWeights(d: number): Polish {
  checkInteger('d', d, { min: 1 });
  return (theta, slope, radius) =>
    scope(() => {
      checkNumber('radius', radius, { above: 0 });
      const inner = ops.sliceDim(theta, 1, d, 2 * d + 1);
      const left = ops.rsubScalar(ops.sumDim(ops.mul(inner, inner), [1], true), radius * radius);
      const g = ops.sliceDim(slope, 1, 0, d);
      const a = ops.mul(ops.div(g, rowLengths(g)), ops.sqrt(ops.clampMin(left, 0)));
      return ops.cat([ops.neg(a), inner], 1);
    });
}

/**
 * min over theta in Q_r of G(theta, t), by projected gradient from many starts at once. Each start has its own
 * step length: doubled after a step that lowers G; otherwise the step is discarded and the length divided by 4.
 * The method is local, so the value found is an upper bound of the minimum.
 *
 * @throws UsageError for a radius that is not positive, no starts or no steps
 */
export function minimiseOverBall(
  gradient: FunctionalGradient,
  k: number,
  options: LinearMinimisationOptions,
): Minimisers {
  checkNeededOptions('minimiseOverBall', options, minimisationKeys);
  const watch = watchCall('minimiseOverBall', options);
  const { radius, steps = 60, polish, atoms = 1 } = options;
  checkNumber('radius', radius, { above: 0 });
  const starts = countOf(options, k);
  checkInteger('atoms', atoms, { min: 1, max: starts });
  checkInteger('steps', steps, { min: 1 });
  return noGrad(() =>
    scope(() => {
      const improve = (theta: Tensor): Tensor =>
        polish ? polish(theta, gradient.slope(theta), radius) : theta;
      let theta = improve(startsOf(options, k, gradient.stages[0]?.state.dtype ?? 'f64'));
      let value = gradient.value(theta);
      const { dtype } = theta;
      let length = ops.full([starts, 1], radius / 4, dtype, undefined, theta.device);
      for (let i = 0; i < steps; i++) {
        [theta, value, length] = scope(() => {
          const slope = gradient.slope(theta);
          const moved = ops.sub(theta, ops.mul(ops.div(slope, rowLengths(slope)), length));
          const tried = improve(projectOnBall(moved, radius));
          const triedValue = gradient.value(tried);
          const improved = ops.toDtype(ops.gtScalar(ops.sub(value, triedValue), 0), dtype);
          const row = ops.unsqueeze(improved, 1);
          return [
            ops.add(theta, ops.mul(ops.sub(tried, theta), row)),
            ops.minimum(value, triedValue),
            // From a great distance, every step lands on the same point of the sphere.
            ops.clampMax(ops.mul(length, ops.addScalar(ops.mulScalar(row, 1.75), 0.25)), 1e6 * radius),
          ] as const;
        });
        watch(i + 1, steps);
      }
      const best = distinct(theta, value, atoms, radius / 4);
      const index = tensor(BigInt64Array.from(best, BigInt));
      return {
        theta: ops.indexSelect(theta, 0, index),
        values: ops.indexSelect(value, 0, index).toArray(),
      };
    }),
  );
}

/** @throws UsageError without starts, or if the given ones do not have k parameters */
function countOf({ starts = 32, generator }: LinearMinimisationOptions, k: number): number {
  if (typeof starts === 'number') return checkInteger('starts', starts, { min: 1 });
  checkTensor('starts', starts, `[starts, ${k}]`);
  if (generator) throw new UsageError('give either starts or a generator that draws them, not both');
  if (starts.rank !== 2 || starts.shape[1] !== k || starts.size === 0)
    throw new UsageError(`starts: expected [starts, ${k}], got shape [${starts.shape.join(', ')}]`);
  checkFinite('starts', starts);
  return starts.shape[0]!;
}

function startsOf(
  { starts = 32, generator, radius }: LinearMinimisationOptions,
  k: number,
  dtype: DType,
): Tensor {
  if (typeof starts !== 'number') return projectOnBall(starts, radius);
  if (!generator)
    throw new UsageError('a minimisation over the ball needs a generator for its starts, or the starts');
  // Not uniform in the ball: in many dimensions nearly all starts would be long, where activations saturate and G
  // is flat.
  return ops.mul(sphere(radius)(generator, starts, k, dtype), generator.uniform([starts, 1], dtype));
}

/**
 * The best `count` rows that are at least `apart` from each other; the distance shrinks until enough rows qualify.
 */
function distinct(theta: Tensor, value: Tensor, count: number, apart: number): number[] {
  const order = ops.argsort(value).toArray();
  const gram = ops.mm(theta, ops.transpose(theta, 0, 1)).toArray();
  const n = order.length;
  const distance = (i: number, j: number): number =>
    Math.sqrt(Math.max(0, gram[i * n + i]! + gram[j * n + j]! - 2 * gram[i * n + j]!));
  const chosen: number[] = [];
  for (
    let minDistance = apart;
    chosen.length < count;
    minDistance = minDistance > 1e-6 * apart ? minDistance / 2 : -1
  )
    for (const i of order)
      if (chosen.length < count && !chosen.includes(i) && chosen.every((j) => distance(i, j) > minDistance))
        chosen.push(i);
  return chosen;
}
