/**
 * Gradient descent and gradient flow of a linearised model under the squared loss, in closed form. All is computed in f64,
 * whatever the tensors are; results have the dtype of the targets.
 */
import { checkInteger, checkNumber } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';

export interface LinearisedModel {
  /** Eigenvalues of K / N, rising. */
  readonly eigenvalues: readonly number[];
  /** Predictions at time s of the gradient flow, [N, C]: y + U e^{- lambda s} U^T (u_0 - y). */
  at(s: number): Tensor;
  /** Predictions after k steps of gradient descent, [N, C]: y + U (1 - eta lambda)^k U^T (u_0 - y). */
  after(k: number, eta: number): Tensor;
  /** The integral of the residual u - y up to s, [N, C]: what moves parameters, and predictions elsewhere. */
  residualUntil(s: number): Tensor;
  /**
   * Predictions at other inputs at time s, [N', C].
   *
   * @param cross - the kernel of the other inputs with those of the model, [N' C, N C]
   * @param start - predictions there at time 0, [N', C]
   */
  elsewhere(s: number, cross: Tensor, start: Tensor): Tensor;
}

/**
 * The model u_theta = u_0 + J (theta - theta_0) with kernel K = J M J^T, trained on 1/(2N) abs(u - y)^2.
 *
 * @param kernel - K, [N C, N C], output fastest
 * @param initial - u_0, [N, C]
 * @param targets - y, [N, C]
 * @throws UsageError for shapes that do not fit
 */
export function linearisedModel(kernel: Tensor, initial: Tensor, targets: Tensor): LinearisedModel {
  const [samples = 0, outputs = 0] = targets.shape;
  checkKernel(kernel, targets);
  if (initial.shape.join() !== targets.shape.join())
    throw new UsageError(
      `predictions [${initial.shape.join(', ')}] and targets [${targets.shape.join(', ')}] differ in shape`,
    );
  const { eigenvalues, vectors } = spectrum(kernel, samples);
  const wide = noGrad(() => scope(() => toF64(targets)));
  const residual = noGrad(() => scope(() => modes(vectors, ops.sub(toF64(initial), wide))));
  /** U diag(g(lambda)) U^T (u_0 - y), [N, C]. */
  const spread = (g: (lambda: number) => number): Tensor =>
    ops.view(ops.mm(vectors, ops.mul(diagonal(eigenvalues, g, vectors), residual)), [samples, outputs]);
  const until = (s: number): Tensor =>
    spread((lambda) => (Math.abs(lambda * s) < 1e-300 ? s : -Math.expm1(-lambda * s) / lambda));
  const closed = (body: () => Tensor): Tensor =>
    noGrad(() => scope(() => ops.toDtype(body(), targets.dtype)));
  return {
    eigenvalues,
    at: (s) => {
      checkNumber('s', s, { min: 0 });
      return closed(() =>
        ops.add(
          wide,
          spread((lambda) => Math.exp(-lambda * s)),
        ),
      );
    },
    after: (k, eta) => {
      checkInteger('k', k, { min: 0 });
      checkNumber('eta', eta, { above: 0 });
      return closed(() =>
        ops.add(
          wide,
          spread((lambda) => (1 - eta * lambda) ** k),
        ),
      );
    },
    residualUntil: (s) => closed(() => until(checkNumber('s', s, { min: 0 }))),
    elsewhere: (s, cross, start) =>
      closed(() => {
        const moved = ops.mm(toF64(cross), ops.reshape(until(checkNumber('s', s, { min: 0 })), [-1, 1]));
        return ops.sub(toF64(start), ops.view(ops.divScalar(moved, samples), start.shape));
      }),
  };
}

/**
 * Kernel ridge regression without an intercept, for many ridges at the cost of one.
 *
 * @param kernel - K, [N C, N C]
 * @param targets - y, [N, C]
 * @returns predictions K' (K + ridge I)^{-1} y, [N', C], for the kernel K' of other inputs with these, [N' C, N C]
 * @throws UsageError for shapes that do not fit, a ridge that is not positive
 */
export function kernelRidge(kernel: Tensor, targets: Tensor): (cross: Tensor, ridge: number) => Tensor {
  checkKernel(kernel, targets);
  const { eigenvalues, vectors } = spectrum(kernel, 1);
  const inModes = noGrad(() => scope(() => modes(vectors, toF64(targets))));
  return (cross, ridge) => {
    checkNumber('ridge', ridge, { above: 0 });
    return noGrad(() =>
      scope(() => {
        const dual = ops.mm(
          vectors,
          ops.mul(
            diagonal(eigenvalues, (lambda) => 1 / (Math.max(lambda, 0) + ridge), vectors),
            inModes,
          ),
        );
        const moved = ops.mm(toF64(cross), dual);
        return ops.toDtype(ops.view(moved, [-1, targets.shape[1] ?? 0]), targets.dtype);
      }),
    );
  };
}

/** Of K / N, in rising order. */
function spectrum(kernel: Tensor, samples: number): { eigenvalues: number[]; vectors: Tensor } {
  return noGrad(() =>
    scope(() => {
      const [values, vectors] = ops.eigh(ops.divScalar(toF64(kernel), samples));
      return { eigenvalues: values.toArray(), vectors };
    }),
  );
}

const toF64 = (x: Tensor): Tensor => ops.toDtype(x, 'f64');

/** U^T r, [N C, 1]. */
const modes = (vectors: Tensor, residual: Tensor): Tensor =>
  ops.mm(ops.transpose(vectors, 0, 1), ops.reshape(residual, [-1, 1]));

const diagonal = (values: readonly number[], g: (lambda: number) => number, like: Tensor): Tensor =>
  tensor(Float64Array.from(values, g), [values.length, 1], { dtype: 'f64', device: like.device });

function checkKernel(kernel: Tensor, targets: Tensor): void {
  const size = targets.size;
  if (kernel.shape.join() !== `${size},${size}`)
    throw new UsageError(
      `the kernel of targets [${targets.shape.join(', ')}] is [${size}, ${size}], got [${kernel.shape.join(', ')}]`,
    );
}
