import { at, sizes2, type DenseArray } from './array.ts';

/** The decomposition A = V diag(values) V^T. */
export interface SymmetricEigen {
  /** In ascending order. */
  readonly values: Float64Array;
  /** vectors[k] belongs to values[k]: unit length, with its largest component positive. */
  readonly vectors: readonly Float64Array[];
}

const maxSweeps = 60;

/**
 * All eigenvalues and eigenvectors of a small symmetric matrix by Jacobi rotations, O(n^3) work in each of several
 * sweeps. Each rotation zeroes one off-diagonal element; the sum of their squares decreases, in the end
 * quadratically (Golub and Van Loan, Matrix Computations, 8.5).
 *
 * @param matrix - [n, n]; only the upper triangle is read
 */
export function symmetricEigen(matrix: DenseArray): SymmetricEigen {
  const [n] = sizes2(matrix);
  const a = Float64Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return at(matrix.data, Math.min(i, j) * n + Math.max(i, j));
  });
  const vectors = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
  );
  const size = Math.hypot(...a);
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let largest = 0;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const element = Math.abs(a[p * n + q]!);
        largest = Math.max(largest, element);
        if (element > Number.EPSILON * size * 1e-3) rotate(a, vectors, n, p, q);
      }
    if (largest <= Number.EPSILON * size) break;
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[i * n + i]! - a[j * n + j]!);
  return {
    values: Float64Array.from(order, (i) => a[i * n + i]!),
    vectors: order.map((i) => withPositiveHead(vectors[i]!)),
  };
}

/**
 * A <- J^T A J and V <- V J with the rotation J in the plane (p, q) that zeroes a_pq. Rows of `vectors` are
 * columns of V.
 */
function rotate(a: Float64Array, vectors: readonly Float64Array[], n: number, p: number, q: number): void {
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * a[p * n + q]!);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [kp, kq] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = c * kp - s * kq;
    a[k * n + q] = s * kp + c * kq;
  }
  for (let k = 0; k < n; k++) {
    const [pk, qk] = [a[p * n + k]!, a[q * n + k]!];
    a[p * n + k] = c * pk - s * qk;
    a[q * n + k] = s * pk + c * qk;
  }
  const [u, v] = [vectors[p]!, vectors[q]!];
  for (let k = 0; k < n; k++) {
    const [uk, vk] = [u[k]!, v[k]!];
    u[k] = c * uk - s * vk;
    v[k] = s * uk + c * vk;
  }
}

/** The vector or its negative, so that the largest component is positive. */
export function withPositiveHead(vector: Float64Array): Float64Array {
  const head = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) + 1e-12 ? value : best), 0);
  return head < 0 ? vector.map((value) => -value) : vector;
}

/** The eigenvalues of a small symmetric matrix, ascending. @param matrix - [n, n]; only the upper triangle is read */
export const symmetricEigenvalues = (matrix: DenseArray): Float64Array => symmetricEigen(matrix).values;

/** The spectral norms of square matrices, [N, d, d]. */
export function spectralNorms({ shape, data }: DenseArray): Float64Array {
  const [count = 0, d = 0] = shape;
  const norms = new Float64Array(count);
  const gram = { shape: [d, d], data: new Float64Array(d * d) };
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) {
        let sum = 0;
        for (let r = 0; r < d; r++) sum += at(data, (n * d + r) * d + i) * at(data, (n * d + r) * d + j);
        gram.data[i * d + j] = sum;
      }
    norms[n] = Math.sqrt(Math.max(0, symmetricEigenvalues(gram).at(-1) ?? 0));
  }
  return norms;
}
