import { activations, type ActivationName } from './activation.ts';
import { at } from './array.ts';

/** The coefficients u_0, .., u_K of u = sum_k eps^k u_k. */
type Series = readonly number[];

/** The coefficient of eps^k in the product a b. */
const productAt = (a: Series, b: Series, k: number): number => {
  let sum = 0;
  for (let i = 0; i <= k; i++) sum += at(a, i) * at(b, k - i);
  return sum;
};

/**
 * Solves y_0 = start, y' = g u' coefficient by coefficient: y_k = 1/k sum_j j u_j g_{k-j}; g_k follows from y_0 ..
 * y_k.
 */
function solve(u: Series, start: number, slopeAt: (y: Series, k: number) => number): number[] {
  const y = [start];
  const g = [slopeAt(y, 0)];
  for (let k = 1; k < u.length; k++) {
    let sum = 0;
    for (let j = 1; j <= k; j++) sum += j * at(u, j) * at(g, k - j);
    y.push(sum / k);
    g.push(slopeAt(y, k));
  }
  return y;
}

/** y' = 2 / sqrt(pi) e^(-u^2) u'. */
function erfSeries(u: Series): number[] {
  const v = u.map((_, k) => -productAt(u, u, k));
  const bell = solve(v, Math.exp(at(v, 0)), (y, k) => at(y, k));
  return solve(u, activations.erf.value(at(u, 0)), (_, k) => (2 / Math.sqrt(Math.PI)) * at(bell, k));
}

const table: Readonly<Record<Exclude<ActivationName, 'relu'>, (u: Series) => number[]>> = {
  // y' = (1 - y^2) u'
  tanh: (u) => solve(u, Math.tanh(at(u, 0)), (y, k) => (k === 0 ? 1 : 0) - productAt(y, y, k)),
  softplus(u) {
    const u0 = at(u, 0);
    // y' = (y - y^2) u'
    const slope = solve(u, activations.softplus.slope(u0), (y, k) => at(y, k) - productAt(y, y, k));
    return solve(u, activations.softplus.value(u0), (_, k) => at(slope, k));
  },
  erf: erfSeries,
  // u (1 + erf(u / sqrt 2)) / 2
  gelu(u) {
    const share = erfSeries(u.map((one) => one * Math.SQRT1_2)).map((e, k) => ((k === 0 ? 1 : 0) + e) / 2);
    return u.map((_, k) => productAt(u, share, k));
  },
};

/**
 * s(u) as a truncated power series, to the order of u, by recurrences from the differential equations of the
 * activations.
 * @throws RangeError for relu, which has no power series
 */
export function activationSeries(name: ActivationName, u: Series): number[] {
  if (name === 'relu') throw new RangeError('relu is not smooth and has no power series');
  return table[name](u);
}
