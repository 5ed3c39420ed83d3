/**
 * Initial distributions of the weights. Values are drawn in f32 on the CPU, so that every dtype and device starts
 * with the same ones.
 */
import { type Generator, keep, ops, scope, type Tensor, to } from '../tensor/index.ts';
import type { Placement } from './layer.ts';

/** A trainable leaf; its layer owns it, not a scope. */
export function parameter(draw: () => Tensor, { dtype, device }: Placement): Tensor {
  const made = scope(() => ops.clone(to(draw(), { dtype, device })));
  return keep(made).setRequiresGrad();
}

/** A kept tensor that is not trained. */
export function buffer(draw: () => Tensor, { dtype, device }: Placement): Tensor {
  return keep(scope(() => ops.clone(to(draw(), { dtype, device }))));
}

/**
 * The normal distribution N(0, 2 / fan) of He et al. 2015 (arXiv:1502.01852), which preserves the variance of
 * activations through layers with relu. `fan` is the number of inputs per output.
 */
export function heNormal(shape: readonly number[], generator: Generator): Tensor {
  const fan = shape.slice(1).reduce((product, size) => product * size, 1);
  return scope(() => ops.mulScalar(generator.normal(shape), Math.sqrt(2 / fan)));
}

/** The uniform distribution on [-bound, bound]. */
export function uniform(shape: readonly number[], bound: number, generator: Generator): Tensor {
  return scope(() => ops.addScalar(ops.mulScalar(generator.uniform(shape), 2 * bound), -bound));
}
