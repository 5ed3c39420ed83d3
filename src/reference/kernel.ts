import { at, denseArray, sizes2, type DenseArray } from './array.ts';
import type { Family } from './families.ts';
import { adjoint, eachParticle, entry, flow, type GridMeasure, type Problem } from './flow.ts';

/**
 * The tangent kernel of a network with one output, K(x, x') = sum over particles of h_l w_lj g_lj(x) . g_lj(x'),
 * where g_lj(x) = grad_theta f(X^l(x), theta_lj)^T P^{l+1}(x) and P is the derivative of the output in the state.
 * Under the Wasserstein gradient flow of the squared loss, predictions satisfy du/ds = - K (u - y) / N.
 *
 * @param against x' of the columns, [N', D]; default: the problem's inputs
 * @returns [N, N']
 */
export function tangentKernel(
  problem: Problem,
  family: Family,
  measure: GridMeasure,
  against?: DenseArray,
): DenseArray {
  const rows = outputSlopes(problem, family, measure);
  const columns = against ? outputSlopes({ ...problem, inputs: against }, family, measure) : rows;
  const [samples, others] = [rows[0]?.length ?? 0, columns[0]?.length ?? 0];
  const kernel = denseArray([samples, others]);
  rows.forEach((ofParticle, p) => {
    ofParticle.forEach((left, n) => {
      columns[p]!.forEach((right, m) => {
        let sum = 0;
        for (let e = 0; e < left.length; e++) sum += left[e]! * right[e]!;
        kernel.data[n * others + m]! += sum;
      });
    });
  });
  return kernel;
}

/** sqrt(h_l w_lj) g_lj(x), [k], for every particle and sample. */
function outputSlopes(problem: Problem, family: Family, measure: GridMeasure): Float64Array[][] {
  const [outputs, d] = sizes2(problem.readout);
  if (outputs !== 1) throw new RangeError(`this kernel supports only one output, got ${outputs}`);
  const [samples] = sizes2(problem.inputs);
  const states = flow(problem, family, measure);
  // With targets one below the predictions, every residual is 1 and the costate is the derivative of the output.
  const last = entry(states, measure.steps.length);
  const below = denseArray([samples, 1]);
  for (let n = 0; n < samples; n++) {
    let u = 0;
    for (let i = 0; i < d; i++) u += at(problem.readout.data, i) * at(last.data, n * d + i);
    below.data[n] = u - 1;
  }
  const outputsSlope = adjoint({ ...problem, targets: below }, family, measure, states);
  const result: Float64Array[][] = [];
  measure.steps.forEach((h, l) => {
    const [x, p] = [entry(states, l), entry(outputsSlope, l + 1)];
    eachParticle(measure, l, (theta, weight) => {
      result.push(
        Array.from({ length: samples }, (_, n) => {
          const slope = new Float64Array(theta.length);
          const one = (all: DenseArray): DenseArray =>
            denseArray([1, d], all.data.subarray(n * d, (n + 1) * d));
          family.addPullback(one(x), theta, one(p), Math.sqrt(h * weight), { theta: slope });
          return slope;
        }),
      );
    });
  });
  return result;
}

/**
 * Gradient descent of the linearised model, u <- u - eta K (u - y) / N, step by step.
 *
 * @param kernel K, [N, N]
 * @param residual u_0 - y, [N]
 * @returns E = 1/(2N) |u - y|^2 after 0 .. `steps` steps, the last residual, and `moved`, eta times the sum of the
 * earlier residuals: predictions at other inputs are u_0' - K' moved / N
 */
export function linearisedDescent(
  kernel: DenseArray,
  residual: Float64Array,
  { eta, steps }: { readonly eta: number; readonly steps: number },
): { losses: Float64Array; residual: Float64Array; moved: Float64Array } {
  const samples = residual.length;
  const losses = new Float64Array(steps + 1);
  const moved = new Float64Array(samples);
  let r = residual;
  for (let step = 0; step <= steps; step++) {
    losses[step] = r.reduce((sum, value) => sum + value * value, 0) / (2 * samples);
    if (step === steps) break;
    const next = r.slice();
    for (let n = 0; n < samples; n++) {
      moved[n]! += eta * r[n]!;
      let sum = 0;
      for (let m = 0; m < samples; m++) sum += at(kernel.data, n * samples + m) * r[m]!;
      next[n]! -= (eta * sum) / samples;
    }
    r = next;
  }
  return { losses, residual: r, moved };
}
