/** Points of many dimensions in the plane of their first two principal components. */
import { symmetricEigen } from './eigen.ts';

export interface PrincipalPlane {
  /** Of each point, about the mean of all. */
  readonly coordinates: readonly (readonly [x: number, y: number])[];
  /** Shares of the variance; 0 where all points are one. */
  readonly explained: readonly [number, number];
}

/**
 * Exact, by the Gram matrix of the centred points: with (x_i - m).(x_j - m) = V diag(l) V^T the coordinates of point i
 * are sqrt(l_k) V_ik. Cheap where there are far more dimensions than points.
 *
 * @param points - of the same length
 * @param breathe - called often, so that other requests have their turn
 */
export async function principalPlane(
  points: readonly ArrayLike<number>[],
  breathe: () => Promise<void> = () => Promise.resolve(),
): Promise<PrincipalPlane> {
  const n = points.length;
  const dimensions = points[0]?.length ?? 0;
  const mean = new Float64Array(dimensions);
  for (const point of points) for (let i = 0; i < dimensions; i++) mean[i]! += point[i]! / n;
  const gram = new Float64Array(n * n);
  for (let a = 0; a < n; a++)
    for (let b = a; b < n; b++) {
      gram[a * n + b] = gram[b * n + a] = centredProduct(points[a]!, points[b]!, mean);
      await breathe();
    }
  let trace = 0;
  for (let a = 0; a < n; a++) trace += gram[a * n + a]!;
  const { values, vectors } = await symmetricEigen(gram, n, breathe);
  const variance = (k: number): number => Math.max(0, values[k] ?? 0);
  const share = (k: number): number => (trace > 0 ? variance(k) / trace : 0);
  const coordinate = (k: number, i: number): number => Math.sqrt(variance(k)) * (vectors[k]?.[i] ?? 0);
  return {
    coordinates: points.map((_, i) => [coordinate(0, i), coordinate(1, i)] as const),
    explained: [share(0), share(1)],
  };
}

function centredProduct(a: ArrayLike<number>, b: ArrayLike<number>, mean: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < mean.length; i++) sum += (a[i]! - mean[i]!) * (b[i]! - mean[i]!);
  return sum;
}
