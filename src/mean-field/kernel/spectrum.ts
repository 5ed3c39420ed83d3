/** The spectrum of a kernel, up to the kernel's own rounding error, and the learning rates that it allows. */
import { checkInteger, unexpected } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { finfo, noGrad, ops, scope, Tensor } from '../../tensor/index.ts';
import { checkFinite } from '../finite.ts';

/** Eigenvalues and eigenvectors of a symmetric kernel. */
interface Spectrum {
  /** Ascending; values within rounding error of 0 are set to 0. */
  readonly eigenvalues: readonly number[];
  /** U, the eigenvectors as columns, [n, n] in f64. */
  readonly vectors: Tensor;
}

/** Converts to f64; returns a tensor that already is f64 unchanged. */
export const toF64 = (x: Tensor): Tensor => ops.toDtype(x, 'f64');

/**
 * The eigenvalues and eigenvectors of K / samples. A kernel carries rounding errors: eigenvalues below n times the
 * rounding of the largest are meaningless, including their sign, and are set to 0.
 *
 * @throws UsageError unless the kernel is square, symmetric up to rounding, and finite
 */
export function spectrumOf(kernel: Tensor, samples: number): Spectrum {
  checkSymmetric(kernel);
  return noGrad(() =>
    scope(() => {
      const [values, vectors] = ops.eigh(ops.divScalar(toF64(kernel), samples));
      const found = values.toArray();
      const largest = Math.max(...[found[0] ?? 0, found.at(-1) ?? 0].map(Math.abs));
      const rounding = Math.max(32, found.length) * 2 * finfo(kernel.dtype).unitRoundoff * largest;
      return { eigenvalues: found.map((value) => (Math.abs(value) <= rounding ? 0 : value)), vectors };
    }),
  );
}

/**
 * 2 / lambda_max(K / N): gradient descent of the linearised model on 1/(2N) |u - y|^2 converges for learning rates
 * below it and diverges above. Infinity for a kernel without a positive eigenvalue.
 *
 * @param kernel - K, [N C, N C], from `tangentKernel`
 * @param samples - N
 * @throws UsageError unless the kernel is square, symmetric up to rounding, and finite
 */
export function learningRateBound(kernel: Tensor, samples: number): number {
  checkInteger('samples', samples, { min: 1 });
  checkSymmetric(kernel);
  const rows = kernel.shape[0]!;
  if (rows % samples !== 0)
    throw new UsageError(`a kernel of ${samples} samples needs a multiple of ${samples} rows, got ${rows}`);
  return scope(() => boundOf(spectrumOf(kernel, samples).eigenvalues));
}

export const boundOf = (eigenvalues: readonly number[]): number => {
  const largest = eigenvalues.at(-1) ?? 0;
  return largest > 0 ? 2 / largest : Infinity;
};

function checkSymmetric(kernel: Tensor): void {
  const given: unknown = kernel;
  if (!(given instanceof Tensor)) throw unexpected('a tensor', 'the kernel', given);
  const [rows, columns] = kernel.shape;
  if (kernel.rank !== 2 || rows !== columns || kernel.size === 0)
    throw new UsageError(`expected a square kernel [n, n], got shape [${kernel.shape.join(', ')}]`);
  const { unitRoundoff } = finfo(kernel.dtype);
  checkFinite('the kernel', kernel);
  const [difference, largest] = noGrad(() =>
    scope(() => [
      ops.max(ops.abs(ops.sub(kernel, ops.transpose(kernel, 0, 1)))).item(),
      ops.max(ops.abs(kernel)).item(),
    ]),
  );
  if (difference > Math.sqrt(unitRoundoff) * largest)
    throw new UsageError(
      `expected a symmetric kernel, got entries that differ from their mirror image by up to ${difference.toPrecision(3)}`,
    );
}
