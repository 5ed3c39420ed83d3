import { at, sizes2, type DenseArray } from './array.ts';

/**
 * The eigenvalues of a symmetric matrix, rising, by Jacobi's rotations (Golub and Van Loan, 8.5): for small matrices.
 * @param matrix [n, n]; the lower triangle is not read
 */
export function symmetricEigenvalues(matrix: DenseArray): Float64Array {
  const [n] = sizes2(matrix);
  const a = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => at(matrix.data, Math.min(i, j) * n + Math.max(i, j))),
  );
  const entry = (i: number, j: number): number => a[i]![j]!;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    let all = 0;
    a.forEach((line, i) => {
      line.forEach((value, j) => {
        all += value * value;
        if (i !== j) off += value * value;
      });
    });
    if (off <= 1e-32 * all) break;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (entry(p, q) === 0) continue;
        const half = (entry(q, q) - entry(p, p)) / (2 * entry(p, q));
        const t = (half >= 0 ? 1 : -1) / (Math.abs(half) + Math.sqrt(half * half + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let i = 0; i < n; i++) {
          const [x, y] = [entry(i, p), entry(i, q)];
          a[i]![p] = c * x - s * y;
          a[i]![q] = s * x + c * y;
        }
        for (let i = 0; i < n; i++) {
          const [x, y] = [entry(p, i), entry(q, i)];
          a[p]![i] = c * x - s * y;
          a[q]![i] = s * x + c * y;
        }
      }
  }
  return Float64Array.from(a, (line, i) => line[i] ?? 0).sort();
}

/** The spectral norm of each of a list of square matrices, [N, d, d]. */
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
