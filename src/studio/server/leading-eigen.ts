/** The largest eigenvalues of a symmetric matrix and their eigenvectors, without computing the others. */
import { symmetricEigen, withPositiveHead } from '../../reference/symmetric-eigen.ts';

/**
 * Eigenvalues in descending order; vectors[k] belongs to values[k], has length 1, and its largest component is
 * positive.
 */
interface LeadingEigen {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/** Number of start vectors. All eigenvectors are found for multiplicities up to this number. */
const blockSize = 4;
/** Dimension of the search space at which the iteration restarts from its best vectors. */
const maxDimensions = 32;
/** Limit of restarts. Eigenvalues too close to separate by then may have mixed vectors. */
const maxRounds = 100;
/** Tolerance of |A v - lambda v|, relative to the largest eigenvalue. */
const tolerance = 1e-11;

/**
 * Block Lanczos with full orthogonalisation and restarts: the Ritz approximations in the span of V, A V, A^2 V, ..
 * replace the vectors V until A v = lambda v holds. Each vector costs n^2 operations (Golub and Van Loan, Matrix
 * Computations, 10.3).
 *
 * @param matrix - [n, n], row-major; no negative eigenvalue is larger in size than the positive ones
 * @param count - at most 4; fewer are returned if n is smaller
 * @param yieldIfDue - called after each product with the matrix
 */
export async function leadingEigen(
  matrix: Float64Array,
  n: number,
  count: number,
  yieldIfDue: () => Promise<void> = () => Promise.resolve(),
): Promise<LeadingEigen> {
  let start = randomVectors(n, Math.min(n, blockSize));
  for (let round = 1; ; round++) {
    const { basis, products } = await krylovSpace(matrix, n, start, yieldIfDue);
    const m = basis.length;
    const projected = new Float64Array(m * m);
    for (let i = 0; i < m; i++)
      for (let j = 0; j <= i; j++) projected[i * m + j] = projected[j * m + i] = dot(basis[i]!, products[j]!);
    const ascending = symmetricEigen({ shape: [m, m], data: projected });
    const [values, vectors] = [ascending.values.reverse(), ascending.vectors.toReversed()];
    const found = vectors.slice(0, blockSize).map((weights) => mixture(basis, weights));
    const residuals = vectors
      .slice(0, count)
      .map((weights, k) => distance(mixture(products, weights), found[k]!, values[k]!));
    if (round === maxRounds || residuals.every((one) => one <= tolerance * Math.abs(values[0]!)))
      return { values: values.slice(0, count), vectors: found.slice(0, count).map(withPositiveHead) };
    start = found;
  }
}

/** An orthonormal basis of V, A V, A^2 V, .. up to the given dimension, and A times each basis vector. */
async function krylovSpace(
  matrix: Float64Array,
  n: number,
  start: readonly Float64Array[],
  yieldIfDue: () => Promise<void>,
): Promise<{ basis: Float64Array[]; products: Float64Array[] }> {
  const basis: Float64Array[] = [];
  const products: Float64Array[] = [];
  const waiting = [...start];
  for (let next; basis.length < Math.min(n, maxDimensions) && (next = waiting.shift());) {
    const vector = orthonormal(next, basis);
    if (!vector) continue;
    const product = times(matrix, n, vector);
    basis.push(vector);
    products.push(product);
    waiting.push(product);
    await yieldIfDue();
  }
  return { basis, products };
}

/** The normalised component of the vector orthogonal to the basis; undefined if only rounding is left. */
function orthonormal(vector: Float64Array, basis: readonly Float64Array[]): Float64Array | undefined {
  const rest = vector.slice();
  // The second pass removes the rounding errors of the first.
  for (let time = 0; time < 2; time++)
    for (const direction of basis) {
      const share = dot(rest, direction);
      for (let i = 0; i < rest.length; i++) rest[i]! -= share * direction[i]!;
    }
  const length = norm(rest);
  if (!(length > 1e-12 * norm(vector))) return undefined;
  return rest.map((value) => value / length);
}

function times(matrix: Float64Array, n: number, vector: Float64Array): Float64Array {
  const product = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0, at = i * n; j < n; j++) sum += matrix[at + j]! * vector[j]!;
    product[i] = sum;
  }
  return product;
}

/** sum_k weights_k vectors_k */
function mixture(vectors: readonly Float64Array[], weights: Float64Array): Float64Array {
  const sum = new Float64Array(vectors[0]!.length);
  for (const [k, vector] of vectors.entries())
    for (let i = 0; i < sum.length; i++) sum[i]! += weights[k]! * vector[i]!;
  return sum;
}

/** |a - factor b| */
const distance = (a: Float64Array, b: Float64Array, factor: number): number =>
  norm(a.map((value, i) => value - factor * b[i]!));

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

/** Values in (-1, 1) from a fixed linear congruential generator: no eigenvector is orthogonal to all vectors. */
function randomVectors(n: number, count: number): Float64Array[] {
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (2 * state) / 2 ** 32 - 1;
  };
  return Array.from({ length: count }, () => Float64Array.from({ length: n }, next));
}
