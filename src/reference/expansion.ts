import { activationSeries } from './activation-series.ts';
import { at, denseArray, sizes2, type DenseArray } from './array.ts';
import type { Family } from './families.ts';
import { eachParticle, flow, type GridMeasure, type Problem } from './flow.ts';

/**
 * C_0 .. C_K, [N, d] each, of X(., 1) = sum_k eps^k C_k for the flow of eps rho, X^{l+1} = X^l + eps h_l F_l(X^l):
 * truncated power series through the recursion, one sample and one particle at a time.
 * @throws RangeError for relu, which has no power series
 */
export function expandFlow(
  problem: Problem,
  family: Family,
  measure: GridMeasure,
  order: number,
): DenseArray[] {
  const still = { ...measure, weight: denseArray(measure.weight.shape) };
  const start = flow(problem, family, still)[0] ?? problem.inputs;
  const [samples, d] = sizes2(start);
  const result = Array.from({ length: order + 1 }, () => denseArray([samples, d]));
  for (let n = 0; n < samples; n++) {
    // state[i][k]: the coefficient of eps^k in X_i.
    const state = Array.from({ length: d }, (_, i) => [
      at(start.data, n * d + i),
      ...new Array<number>(order).fill(0),
    ]);
    measure.steps.forEach((h, l) => {
      const velocity = Array.from({ length: d }, () => new Array<number>(order).fill(0));
      // The velocity carries a factor eps, so the last coefficient of the state is not needed.
      const known = state.map((series) => series.slice(0, order));
      if (order > 0)
        eachParticle(measure, l, (theta, weight) => {
          valueSeries(family, known, theta).forEach((series, i) => {
            series.forEach((f, k) => {
              velocity[i]![k]! += weight * f;
            });
          });
        });
      state.forEach((series, i) => {
        for (let k = 1; k <= order; k++) series[k]! += h * velocity[i]![k - 1]!;
      });
    });
    state.forEach((series, i) => {
      series.forEach((value, k) => {
        result[k]!.data[n * d + i] = value;
      });
    });
  }
  return result;
}

/** f(x, theta) for a state that is a power series, feature by feature. */
function valueSeries(family: Family, x: readonly (readonly number[])[], theta: Float64Array): number[][] {
  const d = x.length;
  /** w.x + b, where the row of weights begins at `from`. */
  const linear = (from: number, bias: number): number[] =>
    x[0]!.map((_, k) =>
      x.reduce((sum, series, i) => sum + at(theta, from + i) * at(series, k), k === 0 ? bias : 0),
    );
  if (family.name === 'matrix') return x.map((_, i) => activationSeries(family.activation, linear(i * d, 0)));
  const hidden = activationSeries(family.activation, linear(d, at(theta, 2 * d)));
  return x.map((_, i) => hidden.map((value) => at(theta, i) * value));
}
