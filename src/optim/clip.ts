/** Clips the norm of the whole gradient. */
import { checkNumber } from '../check.ts';
import { ops, scope, type Tensor } from '../tensor/index.ts';

/** The Euclidean norm of all gradients together. */
export function gradientNorm(gradients: readonly Tensor[]): number {
  return scope(() => {
    const norms = ops.foreachNorm(gradients).map((norm) => ops.toDtype(norm, 'f64'));
    return ops.norm(ops.stack(norms)).item();
  });
}

/** Scales the gradients in place so that their norm is at most `maxNorm`; returns the norm before. */
export function clipGradients(gradients: readonly Tensor[], maxNorm: number): number {
  checkNumber('clip-grad', maxNorm, { above: 0 });
  const norm = gradientNorm(gradients);
  if (norm > maxNorm) ops.foreachMulScalar_(gradients, maxNorm / (norm + 1e-6));
  return norm;
}
