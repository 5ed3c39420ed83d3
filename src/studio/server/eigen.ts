/** All eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations: n^3 work in each of several sweeps. */

export interface Eigen {
  /** From the largest down. */
  readonly values: Float64Array;
  /** vectors[k] belongs to values[k]; of length 1, its largest component positive. */
  readonly vectors: readonly Float64Array[];
}

const mostSweeps = 60;

/**
 * A = V diag(values) V^T. Each rotation makes one element beside the diagonal zero; the sum of their squares falls in
 * each, and quadratically at the end (Golub and Van Loan, Matrix Computations, 8.5).
 *
 * @param matrix - [n, n], row by row; overwritten
 * @param breathe - called between rows of rotations
 */
export async function symmetricEigen(
  matrix: Float64Array,
  n: number,
  breathe: () => Promise<void> = () => Promise.resolve(),
): Promise<Eigen> {
  const vectors = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
  );
  const size = Math.hypot(...maxima(matrix, n));
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let largest = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const element = Math.abs(matrix[p * n + q]!);
        largest = Math.max(largest, element);
        if (element > Number.EPSILON * size * 1e-3) rotate(matrix, vectors, n, p, q);
      }
      await breathe();
    }
    if (largest <= Number.EPSILON * size) break;
  }
  const order = Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => matrix[b * n + b]! - matrix[a * n + a]!,
  );
  return {
    values: Float64Array.from(order, (i) => matrix[i * n + i]!),
    vectors: order.map((i) => withPositiveHead(vectors[i]!)),
  };
}

/** The largest element of each row. */
function maxima(matrix: Float64Array, n: number): number[] {
  return Array.from({ length: n }, (_, i) =>
    matrix.subarray(i * n, (i + 1) * n).reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  );
}

/** A <- J^T A J and V <- V J with the rotation J in the plane (p, q) that makes a_pq zero. Rows of `vectors` are columns of V. */
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

/** The vector or its opposite, so that its largest component is positive. */
export function withPositiveHead(vector: Float64Array): Float64Array {
  const head = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) + 1e-12 ? value : best), 0);
  return head < 0 ? vector.map((value) => -value) : vector;
}
