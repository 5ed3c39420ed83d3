/** Projects high-dimensional points to the plane of their first two principal components. */
import { leadingEigen } from './leading-eigen.ts';

interface PrincipalPlane {
  /** Coordinates of each point relative to the mean. */
  readonly coordinates: readonly (readonly [x: number, y: number])[];
  /** Explained shares of the variance; 0 if all points coincide. */
  readonly explained: readonly [number, number];
}

type Point = Float32Array | Float64Array;

/**
 * Uses the Gram matrix of the centred points: with (x_i - m).(x_j - m) = V diag(l) V^T, the coordinates of point i
 * are sqrt(l_k) V_ik. Efficient when there are far more dimensions than points: n^2 / 2 dot products.
 *
 * @param points - of equal length and finite; centred in place, because they may be large
 * @param yieldIfDue - called often, so that other requests are served
 */
export async function principalPlane(
  points: readonly Point[],
  yieldIfDue: () => Promise<void> = () => Promise.resolve(),
): Promise<PrincipalPlane> {
  const n = points.length;
  await centre(points, yieldIfDue);
  const gram = await gramMatrix(points, yieldIfDue);
  let trace = 0;
  for (let a = 0; a < n; a++) trace += gram[a * n + a]!;
  const { values, vectors } = await leadingEigen(gram, n, 2, yieldIfDue);
  const variance = (k: number): number => Math.max(0, values[k] ?? 0);
  const share = (k: number): number => (trace > 0 ? variance(k) / trace : 0);
  const coordinate = (k: number, i: number): number => Math.sqrt(variance(k)) * (vectors[k]?.[i] ?? 0);
  return {
    coordinates: points.map((_, i) => [coordinate(0, i), coordinate(1, i)] as const),
    explained: [share(0), share(1)],
  };
}

async function centre(points: readonly Point[], yieldIfDue: () => Promise<void>): Promise<void> {
  const mean = new Float64Array(points[0]?.length ?? 0);
  for (const point of points) {
    for (let i = 0; i < mean.length; i++) mean[i]! += point[i]! / points.length;
    await yieldIfDue();
  }
  for (const point of points) {
    for (let i = 0; i < mean.length; i++) point[i]! -= mean[i]!;
    await yieldIfDue();
  }
}

/** x_a.x_b for all pairs, computed in 2 x 2 tiles: each number is read half as often, which is three times as fast. */
async function gramMatrix(points: readonly Point[], yieldIfDue: () => Promise<void>): Promise<Float64Array> {
  const n = points.length;
  const gram = new Float64Array(n * n);
  const put = (a: number, b: number, value: number): void => {
    gram[a * n + b] = gram[b * n + a] = value;
  };
  for (let a = 0; a < n; a += 2)
    for (let b = a; b < n; b += 2) {
      // With an odd number of points, the last one is paired with itself.
      const [c, d] = [Math.min(a + 1, n - 1), Math.min(b + 1, n - 1)];
      const [ab, ad, cb, cd] = fourProducts(points[a]!, points[c]!, points[b]!, points[d]!);
      put(a, b, ab);
      put(a, d, ad);
      put(c, b, cb);
      put(c, d, cd);
      await yieldIfDue();
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
