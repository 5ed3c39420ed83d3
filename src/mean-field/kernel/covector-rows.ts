/** The covectors of every output at each depth: the rows of the tangent kernel. */
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import type { Covectors, Family } from '../families/index.ts';
import { adjointFlow, trajectory } from '../flow.ts';
import { slicesOf } from '../integrators/runge-kutta.ts';
import type { Measure } from '../measures/index.ts';
import { type FlowInput, initialState } from '../problem.ts';

/** C, the number of outputs of a prediction. */
export const outputCount = ({ inputs, embedding, readout }: FlowInput): number =>
  (readout ? readout.shape[0] : embedding ? embedding.shape[0] : inputs.shape[1]) ?? 0;

/**
 * For each step l of depth, the pairs (X^l(x), P_c^{l+1}(x)), where P_c is the derivative of output c with respect
 * to the state: the derivative of output c in theta_lj is h_l w_lj grad_theta f(X^l, theta_lj)^T P_c^{l+1}.
 *
 * @returns one entry per step, states and covectors [N C, d] each, in the order (x, c), c fastest
 */
export function covectorRows(problem: FlowInput, family: Family, measure: Measure): Covectors[] {
  return noGrad(() =>
    scope(() => {
      const slices = slicesOf(family, measure);
      const states = trajectory(slices, initialState(problem), measure.steps);
      const last = states.at(-1)!;
      const outputs = outputCount(problem);
      const costates = Array.from({ length: outputs }, (_, c) =>
        adjointFlow(slices, states, measure.steps, startAt(problem, last, c)),
      );
      return measure.steps.map((_, l) => ({
        state: interleaved(Array.from({ length: outputs }, () => states[l]!)),
        covector: interleaved(costates.map((one) => one[l + 1]!)),
      }));
    }),
  );
}

/** Row c of W1 for each sample, [N, d]. */
function startAt({ readout }: FlowInput, last: Tensor, c: number): Tensor {
  if (readout) return ops.expand(ops.sliceDim(readout, 0, c, c + 1), last.shape);
  return ops.constantPadNd(ops.addScalar(ops.mulScalar(ops.sliceDim(last, 1, 0, 1), 0), 1), [
    c,
    (last.shape[1] ?? 0) - c - 1,
  ]);
}

/** Interleaves by output: row c of sample x goes to x C + c. */
const interleaved = (rows: readonly Tensor[]): Tensor =>
  ops.reshape(ops.stack(rows, 1), [-1, rows[0]?.shape[1] ?? 0]);
