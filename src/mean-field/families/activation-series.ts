/** Truncated power series of tensors in one variable eps, and activations applied to them. */
import { UsageError } from '../../errors.ts';
import { ops, scope, type Tensor } from '../../tensor/index.ts';
import type { FamilyActivation } from './activation.ts';

/** u = sum_k eps^k u_k: the coefficients u_0 .. u_K, all of the same shape. */
export type Series = readonly Tensor[];

/** The coefficient of eps^k in the product a b. */
const productAt = (a: Series, b: Series, k: number): Tensor =>
  sum(Array.from({ length: k + 1 }, (_, i) => ops.mul(a[i]!, b[k - i]!)));

const sum = (terms: readonly Tensor[]): Tensor => terms.reduce((total, term) => ops.add(total, term));

/** The coefficient of eps^k, k >= 1, in y where y' = g u' in eps: y_k = (1/k) sum_j j u_j g_{k-j}. */
const integralAt = (u: Series, g: Series, k: number): Tensor =>
  ops.divScalar(
    sum(Array.from({ length: k }, (_, i) => ops.mulScalar(ops.mul(u[i + 1]!, g[k - i - 1]!), i + 1))),
    k,
  );

/**
 * Solves dy/deps = g du/deps with y(0) = start, where coefficient k of g follows from those of y up to k.
 *
 * @param slopeAt - g_k from the coefficients y_0 .. y_k
 */
function solve(
  u: Series,
  start: Tensor,
  slopeAt: (y: Series, k: number) => Tensor,
): [y: Tensor[], g: Tensor[]] {
  const y = [start];
  const g = [slopeAt(y, 0)];
  for (let k = 1; k < u.length; k++) {
    y.push(integralAt(u, g, k));
    g.push(slopeAt(y, k));
  }
  return [y, g];
}

const scaled = (u: Series, factor: number): Tensor[] => u.map((one) => ops.mulScalar(one, factor));

/** y' = (1 - y^2) u'. */
const tanh = (u: Series): Tensor[] =>
  solve(u, ops.tanh(u[0]!), (y, k) =>
    k === 0 ? ops.rsubScalar(productAt(y, y, 0), 1) : ops.neg(productAt(y, y, k)),
  )[0];

/** y' = (y - y^2) u'. */
const sigmoid = (u: Series): Tensor[] =>
  solve(u, ops.sigmoid(u[0]!), (y, k) => ops.sub(y[k]!, productAt(y, y, k)))[0];

/** y' = sigmoid(u) u'. */
function softplus(u: Series): Tensor[] {
  const slope = sigmoid(u);
  const start = ops.add(ops.relu(u[0]!), ops.log1p(ops.exp(ops.neg(ops.abs(u[0]!)))));
  return solve(u, start, (_y, k) => slope[k]!)[0];
}

/** y' = 2 / sqrt(pi) e^(-u^2) u', and y = e^v satisfies y' = y v'. */
function erf(u: Series): Tensor[] {
  const v = u.map((_, k) => ops.neg(productAt(u, u, k)));
  const [bell] = solve(v, ops.exp(v[0]!), (y, k) => y[k]!);
  const slope = scaled(bell, 2 / Math.sqrt(Math.PI));
  return solve(u, ops.erf(u[0]!), (_y, k) => slope[k]!)[0];
}

/** u (1 + erf(u / sqrt 2)) / 2. */
function gelu(u: Series): Tensor[] {
  const [first, ...rest] = scaled(erf(scaled(u, Math.SQRT1_2)), 0.5);
  const share = [ops.addScalar(first!, 0.5), ...rest];
  return u.map((_, k) => productAt(u, share, k));
}

const table: Readonly<Partial<Record<FamilyActivation, (u: Series) => Tensor[]>>> = {
  tanh,
  softplus,
  erf,
  gelu,
};

/**
 * s(u) as a series, to the order of u, by recurrences from the differential equations of the activations.
 *
 * @throws UsageError for relu, which has no power series
 */
export function activationSeries(activation: FamilyActivation, u: Series): Tensor[] {
  const apply = table[activation];
  if (!apply)
    throw new UsageError(
      `${activation} is not smooth and has no power series: use ${Object.keys(table).join(', ')}`,
    );
  return scope(() => apply(u));
}
