/** The local Lipschitz constant of each block along the trajectory, by power iteration. */
import { type Generator, ops, scope, type Tensor } from '../../tensor/index.ts';
import { type BlockLink, imageNorms } from './linearised.ts';

/** Difference step, for states of norm 1 or less; f64. */
const reach = 1e-7;

/**
 * f'(X) v of each image by a central difference, v of norm about 1 (or 0). In evaluation mode a relu branch is
 * piecewise linear, so the difference is exact to rounding, except where a unit is within the step of its kink. (The
 * convolutions here have first derivatives only, so the pull-back cannot be differentiated.)
 */
export function pushForward(velocity: (x: Tensor) => Tensor, at: Tensor, v: Tensor): Tensor {
  return scope(() => {
    const sizes = ops.clampMin(imageNorms(at), 1);
    const delta = ops.view(ops.mulScalar(sizes, reach), [at.shape[0] ?? 1, 1, 1, 1]);
    const move = ops.mul(v, delta);
    const change = ops.sub(velocity(ops.add(at, move)), velocity(ops.sub(at, move)));
    return ops.div(change, ops.mulScalar(delta, 2));
  });
}

/** The iteration ends once no estimate grows by more than this share. */
const tolerance = 1e-3;
const maxIterations = 60;

/**
 * h norm(M f'(X^l)) of each image: the operator norm of the block's contribution to the state, after the projection. A
 * lower estimate, by power iteration on A^T A with A = h M f'.
 */
export function operatorNorms(
  link: BlockLink,
  velocity: (x: Tensor) => Tensor,
  generator: Generator,
): number[] {
  const { h, before, mask, pull } = link;
  const unit = (x: Tensor): Tensor => {
    const norms = ops.clampMin(imageNorms(x), Number.MIN_VALUE);
    return ops.div(x, ops.view(norms, [before.shape[0] ?? 1, 1, 1, 1]));
  };
  let v = scope(() => unit(generator.normal(before.shape, 'f64')));
  let norms: number[] = [];
  for (let i = 0; i < maxIterations; i++) {
    const next = scope(() => {
      const image = mask(pushForward(velocity, before, v));
      // Applying the mask twice has no further effect.
      return { v: unit(pull(image)), norms: imageNorms(image).toArray() };
    });
    v.dispose();
    v = next.v;
    const grown = next.norms.map((norm, x) => norm - (norms[x] ?? 0));
    const settled = i > 2 && grown.every((by, x) => by <= tolerance * (next.norms[x] ?? 0));
    norms = next.norms;
    if (settled) break;
  }
  return norms.map((norm) => Math.abs(h) * norm);
}
