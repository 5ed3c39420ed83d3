/**
 * Gradient descent and gradient flow of a linearised model under the squared loss, in closed form. Computes in f64
 * for any input dtype; results have the dtype of the targets.
 */
import { checkInteger, checkNumber, unexpected } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { noGrad, ops, scope, tensor, Tensor } from '../../tensor/index.ts';
import { checkFinite } from '../finite.ts';
import { areLabels } from '../losses.ts';
import { boundOf, spectrumOf, toF64 } from './spectrum.ts';
import { checkTensor } from '../../tensor/check-tensor.ts';

/** A linearised model, which predicts at any time of training in closed form. */
export interface LinearisedModel {
  /** Eigenvalues of K / N, ascending; those within the kernel's rounding error of 0 are set to 0. */
  readonly eigenvalues: readonly number[];
  /** U, the eigenvectors as columns, [N C, N C]. */
  readonly eigenvectors: Tensor;
  /** 2 / lambda_max: `after` converges for eta below it. See `learningRateBound`. */
  readonly learningRateBound: number;
  /**
   * Predictions at time s of the gradient flow, [N, C]: y + U e^{- lambda s} U^T (u_0 - y).
   *
   * @param s - 0 .. Infinity; at Infinity the model fits the range of the kernel
   * @throws UsageError if the predictions of an indefinite kernel overflow
   */
  at(s: number): Tensor;
  /**
   * Predictions after k steps of gradient descent, [N, C]: y + U (1 - eta lambda)^k U^T (u_0 - y). Warns if eta
   * exceeds `learningRateBound`.
   *
   * @param k - 0 .. Infinity
   * @param eta - learning rate
   * @throws UsageError if descent diverges and overflows
   */
  after(k: number, eta: number): Tensor;
  /**
   * The integral of the residual u - y from 0 to s, [N, C]. It determines the parameters, and predictions at other
   * inputs.
   *
   * @throws UsageError for s = Infinity if a residual remains
   */
  residualUntil(s: number): Tensor;
  /**
   * Predictions at other inputs at time s, [N', C]. At s = Infinity: those of the pseudo-inverse of K.
   *
   * @param cross - the kernel of the other inputs with those of the model, [N' C, N C]
   * @param start - predictions at the other inputs at time 0, [N', C]
   */
  atOtherInputs(s: number, cross: Tensor, start: Tensor): Tensor;
}

/**
 * The model u_theta = u_0 + J (theta - theta_0) with kernel K = J M J^T, trained on 1/(2N) |u - y|^2.
 *
 * @param kernel - K, [N C, N C], output fastest
 * @param initial - u_0, [N, C]
 * @param targets - y, [N, C]
 * @throws UsageError for shapes that do not match, NaN, or a kernel that is not symmetric
 */
export function linearisedModel(kernel: Tensor, initial: Tensor, targets: Tensor): LinearisedModel {
  checkTensor('predictions', initial, '[N, C]');
  checkKernel(kernel, targets);
  const [samples = 0, outputs = 0] = targets.shape;
  if (initial.shape.join() !== targets.shape.join())
    throw new UsageError(
      `predictions [${initial.shape.join(', ')}] and targets [${targets.shape.join(', ')}] differ in shape`,
    );
  checkFinite('the predictions', initial);
  const { eigenvalues, vectors } = spectrumOf(kernel, samples);
  const { dtype, device } = targets;
  const [y, residual] = noGrad(() =>
    scope(() => {
      const wide = toF64(targets);
      return [wide.toArray(), modes(vectors, ops.sub(toF64(initial), wide)).toArray()] as const;
    }),
  );
  const largest = Math.max(...residual.map(Math.abs));
  /** U diag(g(lambda)) U^T (u_0 - y), [N, C]; `of` and `at` describe it in overflow errors. */
  const spread = (g: (lambda: number) => number, of: string, at: string): Tensor => {
    const moved = residual.map((r, i) => {
      const value = g(eigenvalues[i]!) * r;
      if (Number.isFinite(value)) return value;
      if (Math.abs(r) <= 1e-13 * largest) return 0;
      throw new UsageError(
        `${of} overflow at ${at}: K / N has the eigenvalue ${eigenvalues[i]!.toPrecision(3)}`,
      );
    });
    const column = tensor(Float64Array.from(moved), [moved.length, 1], { device });
    return ops.view(ops.mm(vectors, column), [samples, outputs]);
  };
  const fromTargets = (moved: Tensor): Tensor =>
    ops.add(tensor(Float64Array.from(y), [samples, outputs], { device }), moved);
  const closed = (body: () => Tensor): Tensor => noGrad(() => scope(() => ops.toDtype(body(), dtype)));
  const until = (s: number, atZero = s): Tensor =>
    spread(
      (lambda) =>
        lambda === 0 ? atZero : lambda * s < 1e-300 && lambda > 0 ? s : -Math.expm1(-lambda * s) / lambda,
      'integrals of the residual',
      `s = ${s}`,
    );
  const learningRateBound = boundOf(eigenvalues);
  let warned = false;
  const warnAbove = (eta: number): void => {
    if (warned || eta <= learningRateBound * (1 + 1e-12)) return;
    warned = true;
    process.emitWarning(
      `gradient descent of the linearised model diverges: eta ${eta} is above 2 / lambda_max = ${learningRateBound.toPrecision(6)}`,
      { type: 'MeanfieldWarning', code: 'MEANFIELD_LEARNING_RATE' },
    );
  };
  return {
    eigenvalues,
    eigenvectors: vectors,
    learningRateBound,
    at: (s) => {
      checkTime('s', s);
      // At s = Infinity, a mode with eigenvalue 0 keeps its initial value.
      return closed(() =>
        fromTargets(
          spread((lambda) => (lambda === 0 ? 1 : Math.exp(-lambda * s)), 'predictions', `s = ${s}`),
        ),
      );
    },
    after: (k, eta) => {
      if (k !== Infinity) checkInteger('k', k, { min: 0 });
      checkNumber('eta', eta, { above: 0 });
      warnAbove(eta);
      return closed(() =>
        fromTargets(
          spread(
            (lambda) => (lambda === 0 ? 1 : (1 - eta * lambda) ** k),
            'predictions',
            `k = ${k}, eta = ${eta}`,
          ),
        ),
      );
    },
    residualUntil: (s) => closed(() => until(checkTime('s', s))),
    atOtherInputs: (s, cross, start) =>
      closed(() => {
        checkTime('s', s);
        checkCross(cross, targets.size, outputs);
        checkStart(start, [cross.shape[0]! / outputs, outputs]);
        // K u = 0 implies J^T u = 0 in the metric, hence K' u = 0, unless the metric has negative parts.
        const definite = (eigenvalues[0] ?? 0) >= 0;
        const moved = ops.mm(toF64(cross), ops.reshape(definite ? until(s, 0) : until(s), [-1, 1]));
        return ops.sub(toF64(start), ops.view(ops.divScalar(moved, samples), start.shape));
      }),
  };
}

/** @throws UsageError unless s is 0 .. Infinity */
function checkTime(name: string, s: number): number {
  if (s === Infinity) return s;
  return checkNumber(name, s, { min: 0 });
}

/**
 * Kernel ridge regression without an intercept. One factorisation serves all ridges.
 *
 * @param kernel - K, [N C, N C]
 * @param targets - y, [N, C]
 * @returns a function that maps K', the kernel of other inputs with these, [N' C, N C], to predictions K' (K +
 * ridge I)^{-1} y, [N', C]
 * @throws UsageError for shapes that do not match, or a ridge that is not positive
 */
export function kernelRidge(kernel: Tensor, targets: Tensor): (cross: Tensor, ridge: number) => Tensor {
  checkKernel(kernel, targets);
  const { eigenvalues, vectors } = spectrumOf(kernel, 1);
  const inModes = noGrad(() => scope(() => modes(vectors, toF64(targets))));
  return (cross, ridge) => {
    checkNumber('ridge', ridge, { above: 0 });
    checkCross(cross, targets.size, targets.shape[1] ?? 0);
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

/** @throws UsageError unless K' is [N' C, N C] and finite */
function checkCross(cross: Tensor, columns: number, outputs: number): void {
  const given: unknown = cross;
  if (!(given instanceof Tensor)) throw unexpected('a tensor', 'the kernel of other inputs', given);
  const [rows = 0, wide] = cross.shape;
  if (cross.rank !== 2 || wide !== columns || rows === 0 || rows % outputs !== 0)
    throw new UsageError(
      `expected a kernel of other inputs [N' C, ${columns}] with C = ${outputs}, got shape [${cross.shape.join(', ')}]`,
    );
  checkFinite('the kernel of other inputs', cross);
}

/** @throws UsageError unless the predictions are [N', C] and finite */
function checkStart(start: Tensor, shape: readonly number[]): void {
  checkTensor('the predictions at other inputs', start);
  if (start.shape.join() !== shape.join())
    throw new UsageError(
      `expected predictions at other inputs [${shape.join(', ')}], got shape [${start.shape.join(', ')}]`,
    );
  checkFinite('the predictions at other inputs', start);
}

/** U^T r, [N C, 1]. */
const modes = (vectors: Tensor, residual: Tensor): Tensor =>
  ops.mm(ops.transpose(vectors, 0, 1), ops.reshape(residual, [-1, 1]));

const diagonal = (values: readonly number[], g: (lambda: number) => number, like: Tensor): Tensor =>
  tensor(Float64Array.from(values, g), [values.length, 1], { dtype: 'f64', device: like.device });

function checkKernel(kernel: Tensor, targets: Tensor): void {
  checkTensor('kernel', kernel, '[NC, NC]');
  checkTensor('targets', targets, '[N, C]');
  if (areLabels(targets))
    throw new UsageError(
      `a linear model needs real targets, got ${targets.dtype}: convert labels with oneHot(labels, classes)`,
    );
  if (targets.rank !== 2) throw unexpected('targets [N, C]', 'the model', targets.shape);
  checkFinite('the targets', targets);
  const size = targets.size;
  if (kernel.shape.join() !== `${size},${size}`)
    throw new UsageError(
      `expected a kernel [${size}, ${size}] for targets [${targets.shape.join(', ')}], got [${kernel.shape.join(', ')}]`,
    );
}
