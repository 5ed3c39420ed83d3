/**
 * The construction in the proof that local minima are global: blocks whose integral at one depth equals - p on the
 * data. It needs a universal family and makes no assumption about rho.
 */
import { checkInteger, checkNumber, checkNeededOptions } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { finfo, type Generator, noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import { checkTensor } from '../../tensor/check-tensor.ts';
import { checkFinite } from '../finite.ts';
import { type FamilyActivation, scalarActivation } from '../families/activation.ts';

/** Options of {@link fitCostate}. */
export interface CostateFitOptions {
  /** m, the number of random features s(w_j.x + b_j), j = 1 .. m. */
  readonly count: number;
  readonly generator: Generator;
  readonly activation?: FamilyActivation | undefined;
  /** Standard deviation of w and b. Default: 1. */
  readonly spread?: number | undefined;
  /**
   * Singular values below this fraction of the largest are dropped. Default: 1e4 machine epsilons, about 1e-12 in
   * f64 and 6e-4 in f32.
   */
  readonly cutoff?: number | undefined;
}

const optionKeys = { count: true, generator: true, activation: true, spread: true, cutoff: true } as const;

/** The result of {@link fitCostate}. */
export interface CostateFit {
  /** Particles (a_j, w_j, b_j) of `bottleneck`, [m, 2 d + 1], each of weight 1/m. */
  readonly theta: Tensor;
  /** The mean over samples of |Pi_m p|^2, where Pi_m projects onto the span of the features on the data. */
  readonly captured: number;
  /** The mean over samples of |p|^2. */
  readonly total: number;
}

/**
 * Particles nu whose integral of f(X, .) dnu equals - Pi_m p on the data. (w, b) are random; a solves the
 * least-squares problem (1/m) S a = - p, S = s(X w^T + b), by the singular value decomposition of S.
 *
 * @param state - X^l, [N, d]
 * @param costate - p^{l+1}, [N, d]
 * @throws UsageError without features, or if state and costate differ in shape
 */
export function fitCostate(state: Tensor, costate: Tensor, options: CostateFitOptions): CostateFit {
  checkNeededOptions('fitCostate', options, optionKeys);
  const { count, generator, activation = 'tanh', spread = 1 } = options;
  for (const [name, x] of Object.entries({ state, costate })) {
    checkTensor(name, x, '[N, d]');
    checkFinite(`the ${name}`, x);
  }
  if (state.dtype !== costate.dtype)
    throw new UsageError(
      `state and costate must have the same dtype, got ${state.dtype} and ${costate.dtype}`,
    );
  const cutoff = checkNumber('cutoff', options.cutoff ?? 1e4 * finfo(state.dtype).unitRoundoff, { min: 0 });
  checkInteger('count', count, { min: 1 });
  checkNumber('spread', spread, { above: 0 });
  checkNumber('cutoff', cutoff, { min: 0, below: 1 });
  if (state.shape.join() !== costate.shape.join())
    throw new UsageError(
      `state [${state.shape.join(', ')}] and costate [${costate.shape.join(', ')}] have different shapes`,
    );
  const [samples = 0, d = 0] = state.shape;
  return noGrad(() =>
    scope(() => {
      const inner = ops.mulScalar(generator.normal([count, d + 1], state.dtype), spread);
      const features = scalarActivation(activation).value(
        ops.mm(ops.constantPadNd(state, [0, 1], 1), ops.transpose(inner, 0, 1)),
      );
      const [left, values, right] = ops.svd(features, false);
      const kept = ops.toDtype(ops.gtScalar(values, cutoff * ops.select(values, 0, 0).item()), values.dtype);
      // U^T p, restricted to the directions that the features span.
      const along = ops.mul(ops.mm(ops.transpose(left, 0, 1), costate), ops.unsqueeze(kept, 1));
      const inverse = ops.div(kept, ops.add(values, ops.rsubScalar(kept, 1)));
      const a = ops.mm(ops.transpose(right, 0, 1), ops.mul(along, ops.unsqueeze(inverse, 1)));
      const square = (x: Tensor): number => ops.norm(x).item() ** 2 / samples;
      return {
        theta: ops.cat([ops.mulScalar(a, -count), inner], 1),
        captured: square(along),
        total: square(costate),
      };
    }),
  );
}
