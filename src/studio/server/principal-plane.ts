/** Points of many dimensions in the plane of their first two principal components. */
import { leadingEigen } from './leading-eigen.ts';

export interface PrincipalPlane {
  /** Of each point, about the mean of all. */
  readonly coordinates: readonly (readonly [x: number, y: number])[];
  /** Shares of the variance; 0 where all points are one. */
  readonly explained: readonly [number, number];
}

type Point = Float32Array | Float64Array;

/**
 * By the Gram matrix of the centred points: with (x_i - m).(x_j - m) = V diag(l) V^T the coordinates of point i are
 * sqrt(l_k) V_ik. Cheap where there are far more dimensions than points: n^2 / 2 products of their length.
 *
 * @param points - of the same length, finite; the mean is taken off them in place, for they may be large
 * @param breathe - called often, so that other requests have their turn
 */
export async function principalPlane(
  points: readonly Point[],
  breathe: () => Promise<void> = () => Promise.resolve(),
): Promise<PrincipalPlane> {
  const n = points.length;
  await centre(points, breathe);
  const gram = await gramMatrix(points, breathe);
  let trace = 0;
  for (let a = 0; a < n; a++) trace += gram[a * n + a]!;
  const { values, vectors } = await leadingEigen(gram, n, 2, breathe);
  const variance = (k: number): number => Math.max(0, values[k] ?? 0);
  const share = (k: number): number => (trace > 0 ? variance(k) / trace : 0);
  const coordinate = (k: number, i: number): number => Math.sqrt(variance(k)) * (vectors[k]?.[i] ?? 0);
  return {
    coordinates: points.map((_, i) => [coordinate(0, i), coordinate(1, i)] as const),
    explained: [share(0), share(1)],
  };
}

async function centre(points: readonly Point[], breathe: () => Promise<void>): Promise<void> {
  const mean = new Float64Array(points[0]?.length ?? 0);
  for (const point of points) {
    for (let i = 0; i < mean.length; i++) mean[i]! += point[i]! / points.length;
    await breathe();
  }
  for (const point of points) {
    for (let i = 0; i < mean.length; i++) point[i]! -= mean[i]!;
    await breathe();
  }
}

/** x_a.x_b of all pairs. Two points by two: each number is then read half as often, which is three times as fast. */
async function gramMatrix(points: readonly Point[], breathe: () => Promise<void>): Promise<Float64Array> {
  const n = points.length;
  const gram = new Float64Array(n * n);
  const put = (a: number, b: number, value: number): void => {
    gram[a * n + b] = gram[b * n + a] = value;
  };
  for (let a = 0; a < n; a += 2)
    for (let b = a; b < n; b += 2) {
      // Of an odd number the last point is its own neighbour.
      const [c, d] = [Math.min(a + 1, n - 1), Math.min(b + 1, n - 1)];
      const [ab, ad, cb, cd] = fourProducts(points[a]!, points[c]!, points[b]!, points[d]!);
      put(a, b, ab);
      put(a, d, ad);
      put(c, b, cb);
      put(c, d, cd);
      await breathe();
    }
  return gram;
}

/** a.b, a.d, c.b, c.d */
function fourProducts(a: Point, c: Point, b: Point, d: Point): [number, number, number, number] {
  let [ab, ad, cb, cd] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [ai, ci, bi, di] = [a[i]!, c[i]!, b[i]!, d[i]!];
    ab += ai * bi;
    ad += ai * di;
    cb += ci * bi;
    cd += ci * di;
  }
  return [ab, ad, cb, cd];
}
