/** A deep ResNet as an ensemble of shallow networks: partial sums of its expansion in the size of rho. */
import { UsageError } from '../../../../errors.ts';
import type { Engine } from '../../engine.ts';
import { type ViewState, dataKnobs, pretrainingKnobs, rhoKnobs } from '../../knobs.ts';
import { type Emit, grid, type Grid, numbersPart, type Part, typed } from '../../parts.ts';
import { scaledBy } from '../../rho.ts';
import { pretrainingCost, flowPart, passCost, pointsPart, rms, trainedProblem, windowOf } from '../common.ts';

/** Orders of the expansion at depth 1. */
export interface OrderPart extends Part {
  readonly part: 'order';
  readonly order: number;
  /** Sum of orders 0 .. k, [N, d]. */
  readonly states: Grid;
  /** RMS over points of the remainder and of the last term, relative to that of X(., 1) - X(., 0). */
  readonly error: number;
  readonly share: number;
  /** binom(L, k) / L^k: weighted number of paths through k blocks. */
  readonly paths: number;
}

export const knobs = ['t', 'order', 'eps', ...dataKnobs, ...rhoKnobs, ...pretrainingKnobs] as const;

export const cost = (state: ViewState): number =>
  pretrainingCost(state) + (10 * (state.order + 1) ** 2 + 4) * passCost(state);

export function compute(state: ViewState, engine: Engine, emit: Emit): void {
  if (state.activation === 'relu')
    throw new UsageError('relu is not smooth and has no expansion: choose tanh, softplus, gelu or erf');
  const trained = trainedProblem(state, engine, emit);
  const { setting, data } = trained;
  const rho = scaledBy(trained.rho, state.eps);
  const { d } = setting.problem;
  const states = engine.states(setting, rho);
  const exact = states.at(-1)!;
  emit(pointsPart(state, data, windowOf(d, ...states)));
  const flow = flowPart('exact', { ...trained, rho }, states);
  emit(flow);
  const orders = engine.expand(setting, trained.rho, state.order);
  const errors = emitOrders(orders, exact, { d, eps: state.eps, slices: rho.slices }, emit);
  const [, first, second] = errors;
  emit(
    numbersPart({
      error: errors.at(-1)!,
      ...(first !== undefined && { first }),
      ...(second !== undefined && { second }),
      loss: flow.loss,
    }),
  );
}

/** Emits the remainder after each order. */
function emitOrders(
  orders: readonly Float64Array[],
  exact: Float64Array,
  { d, eps, slices }: { readonly d: number; readonly eps: number; readonly slices: number },
  emit: Emit,
): number[] {
  const start = orders[0]!;
  const moved = rms(
    exact.map((x, i) => x - start[i]!),
    d,
  );
  const relative = (rows: Float64Array): number => (moved > 0 ? rms(rows, d) / moved : 0);
  const sum = new Float64Array(start.length);
  let paths = 1;
  return orders.map((coefficient, k) => {
    const term = coefficient.map((c) => c * eps ** k);
    term.forEach((value, i) => {
      sum[i]! += value;
    });
    if (k > 0) paths *= Math.max(0, slices - k + 1) / (k * slices);
    const error = relative(sum.map((value, i) => exact[i]! - value));
    emit(
      typed<OrderPart>({
        part: 'order',
        order: k,
        states: grid([sum.length / d, d], sum),
        error,
        share: k === 0 ? 0 : relative(term),
        paths,
      }),
    );
    return error;
  });
}
