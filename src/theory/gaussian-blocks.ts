/**
 * Blocks f(x, theta) = a s(w.x + b) with Gaussian weights: w ~ N(m, S I), a = A w + a0, b fixed. For erf, the mean
 * over the law has a closed form; a depends on w, so that it is not 0.
 */
import type { Generator } from '../tensor/index.ts';
import { ops, scope, tensor, type Tensor } from '../tensor/index.ts';

export interface GaussianBlocks {
  readonly d: number;
  /** S, the variance of each entry of w. */
  readonly variance: number;
  /** m, [d]; a0, [d]; A, [d, d]; b. */
  readonly mean: Tensor;
  readonly offset: Tensor;
  readonly slope: Tensor;
  readonly bias: number;
}

/** A law of blocks with random constants. */
export function gaussianBlocks(generator: Generator, d: number, variance = 1): GaussianBlocks {
  const normal = (shape: number[], size: number): Tensor =>
    scope(() => ops.mulScalar(generator.normal(shape, 'f64'), size));
  return {
    d,
    variance,
    mean: normal([d], 1 / Math.sqrt(d)),
    offset: normal([d], 1 / Math.sqrt(d)),
    slope: normal([d, d], 0.5 / Math.sqrt(d)),
    bias: 0.5,
  };
}

/** theta = (a, w, b), [L, M, 2 d + 1], from standard normal numbers, [L, M, d]. */
function blocksFrom({ d, variance, mean, offset, slope, bias }: GaussianBlocks, normal: Tensor): Tensor {
  return scope(() => {
    const [slices = 0, particles = 0] = normal.shape;
    const w = ops.add(ops.mulScalar(ops.view(normal, [-1, d]), Math.sqrt(variance)), mean);
    const a = ops.add(ops.mm(w, ops.transpose(slope, 0, 1)), offset);
    const b = ops.full([slices * particles, 1], bias, 'f64');
    return ops.view(ops.cat([a, w, b], 1), [slices, particles, 2 * d + 1]);
  });
}

/** Independent draws in every slice, [L, M, k]. */
export function independentBlocks(
  blocks: GaussianBlocks,
  generator: Generator,
  slices: number,
  particles: number,
): Tensor {
  return scope(() => blocksFrom(blocks, generator.normal([slices, particles, blocks.d], 'f64')));
}

/** Maps depths to the blocks of M particles there, [depths, M, k]. */
export type BlockPaths = (depths: readonly number[]) => Tensor;

/**
 * M particles that move smoothly with depth and have the same law at each depth: w(t) = m + sqrt(S / R) sum_r (g_r
 * cos(r t) + g'_r sin(r t)), r = 1 .. R, with independent standard normal g, g' (cos^2 + sin^2 = 1).
 */
export function smoothBlocks(
  blocks: GaussianBlocks,
  generator: Generator,
  particles: number,
  modes = 3,
): BlockPaths {
  const draws = generator.normal([2 * modes, particles * blocks.d], 'f64');
  return (depths) =>
    scope(() => {
      const waves = depths.flatMap((t) =>
        Array.from({ length: modes }, (_, r) => [Math.cos((r + 1) * t), Math.sin((r + 1) * t)]).flat(),
      );
      const basis = tensor(
        waves.map((wave) => wave / Math.sqrt(modes)),
        [depths.length, 2 * modes],
        { dtype: 'f64' },
      );
      return blocksFrom(blocks, ops.view(ops.mm(basis, draws), [depths.length, particles, blocks.d]));
    });
}

/** 0, 1/L, .., 1 - 1/L: the depths at which the steps of an Euler net begin. */
export const leftEnds = (slices: number): number[] => Array.from({ length: slices }, (_, l) => l / slices);

/**
 * E[a erf(w.x + b)] = A (m e + S x e') + a0 e, where u = m.x + b, q = 1 + 2 S |x|^2, e = erf(u / sqrt q) and e' =
 * 2 / sqrt(pi q) exp(-u^2 / q) (Gauss's integral of erf, and integration by parts for the part of a that is linear
 * in w).
 *
 * @param state - X, [N, d]
 * @returns [N, d]
 */
export function meanVelocity({ variance, mean, offset, slope, bias }: GaussianBlocks, state: Tensor): Tensor {
  return scope(() => {
    const square = ops.sumDim(ops.mul(state, state), [1], true);
    const q = ops.addScalar(ops.mulScalar(square, 2 * variance), 1);
    const u = ops.addScalar(ops.mm(state, ops.view(mean, [-1, 1])), bias);
    const z = ops.div(u, ops.sqrt(q));
    const e = ops.erf(z);
    const bell = ops.div(ops.exp(ops.neg(ops.mul(z, z))), ops.sqrt(q));
    const stein = ops.mulScalar(ops.mul(state, bell), (2 * variance) / Math.sqrt(Math.PI));
    const inner = ops.add(ops.mul(e, mean), stein);
    return ops.add(ops.mm(inner, ops.transpose(slope, 0, 1)), ops.mul(e, offset));
  });
}
