/**
 * The flow of the state through depth, and its adjoint. Both walk slices of depth through one interface,
 * implemented by network branches, compositions of operators and fused kernels.
 *
 * Notation: docs/notation.md. X^{l+1} = P(X^l + h_l F_l(X^l)), where P is the identity, or relu in post-activation
 * nets (a projected Euler step: X >= 0, so h = 0 changes nothing).
 */
import { checkList, unexpected } from '../check.ts';
import { checkSlices } from './check-kinds.ts';
import { UsageError } from '../errors.ts';
import { ops, scope, Tensor } from '../tensor/index.ts';

/** A step size: a scalar tensor, to differentiate with respect to it, or a plain number. */
export type StepSize = Tensor | number;

/** One slice of depth: the velocity F_l of all particles that act there. */
export interface Slice {
  /** X + h F(X), recorded by autograd. */
  step(state: Tensor, h: StepSize): Tensor;
  /** P(X + h F(X)), for slices with a faster fused implementation. */
  advance?(state: Tensor, h: StepSize, projection: Projection): Tensor;
  /** p + h F'(X)^T p: maps the costate after the slice to the costate before it, without a graph. */
  adjoint(state: Tensor, costate: Tensor, h: StepSize): Tensor;
}

/** A map applied to the state after each step. */
export interface Projection {
  /** Set if `apply` is relu: some slices fuse it with their step. */
  readonly isRelu?: boolean;
  /** Takes ownership of `state`: the caller does not use it again. */
  apply(state: Tensor): Tensor;
  /** Maps the costate after the projection to the costate before it, given the projected state. */
  adjoint(projected: Tensor, costate: Tensor): Tensor;
}

/** No projection: pre-activation nets and the ODE of the talk. */
export const identity: Projection = {
  apply: (state) => state,
  adjoint: (_projected, costate) => costate,
};

/** Post-activation nets: X <- relu(X). The costate is masked where the state is zero. */
export const projectPositive: Projection = {
  isRelu: true,
  apply(state) {
    ops.relu_(state);
    return state;
  },
  adjoint: (projected, costate) =>
    scope(() => ops.mul(costate, ops.toDtype(ops.gtScalar(projected, 0), costate.dtype))),
};

/** P(X + h F(X)). */
function advance(slice: Slice, state: Tensor, h: StepSize, projection: Projection): Tensor {
  return scope(() => slice.advance?.(state, h, projection) ?? projection.apply(slice.step(state, h)));
}

function checkSteps(slices: readonly Slice[], steps: readonly StepSize[]): void {
  checkSlices(slices);
  checkList('steps', steps);
  if (slices.length !== steps.length)
    throw new UsageError(
      `a flow needs one step size per slice, got ${slices.length} slices and ${steps.length} steps`,
    );
  steps.forEach((h, l) => {
    if (!Number.isFinite(h) && !(h instanceof Tensor))
      throw unexpected('a finite number or a tensor', `step ${l}`, h);
  });
}

/**
 * The state after all slices: X^L from X^0.
 *
 * @param slices - in the order in which the state passes them
 * @param state - X^0
 * @param steps - h_l, one per slice
 * @throws UsageError unless there are as many steps as slices
 */
export function flow(
  slices: readonly Slice[],
  state: Tensor,
  steps: readonly StepSize[],
  projection: Projection = identity,
): Tensor {
  checkSteps(slices, steps);
  return slices.reduce((x, slice, l) => advance(slice, x, steps[l]!, projection), state);
}

/**
 * All states X^0 .. X^L of the flow, as its adjoint needs them. Keeps only states, no graph.
 *
 * @throws UsageError unless there is one step per slice
 */
export function trajectory(
  slices: readonly Slice[],
  state: Tensor,
  steps: readonly StepSize[],
  projection: Projection = identity,
): Tensor[] {
  checkSteps(slices, steps);
  const states = [state];
  slices.forEach((slice, l) => {
    states.push(advance(slice, states[l]!, steps[l]!, projection));
  });
  return states;
}

/**
 * The states at selected l; the others are freed on the way, so that memory does not grow with depth.
 *
 * @param wanted - values of l, 0 .. L
 */
export function statesAt(
  slices: readonly Slice[],
  state: Tensor,
  steps: readonly StepSize[],
  wanted: ReadonlySet<number>,
): Map<number, Tensor> {
  checkSteps(slices, steps);
  const kept = new Map<number, Tensor>();
  let x = state;
  slices.forEach((slice, l) => {
    if (wanted.has(l)) kept.set(l, x);
    const next = advance(slice, x, steps[l]!, identity);
    if (l > 0 && !wanted.has(l) && next !== x) x.dispose();
    x = next;
  });
  if (wanted.has(slices.length)) kept.set(slices.length, x);
  return kept;
}

/**
 * The costates p^0 .. p^L of the discrete flow: p^l = p'^{l+1} + h_l F_l'(X^l)^T p'^{l+1}, where p' is p masked by
 * the projection. Exact: equal to back-propagation.
 *
 * @param states - X^0 .. X^L from {@link trajectory}
 * @param costate - p^L
 * @param added - terms to add to p^l, by l: the derivatives of losses at inner depths
 * @throws UsageError unless there is one step per slice and one more state than slices
 */
export function adjointFlow(
  slices: readonly Slice[],
  states: readonly Tensor[],
  steps: readonly StepSize[],
  costate: Tensor,
  projection: Projection = identity,
  added?: ReadonlyMap<number, Tensor>,
): Tensor[] {
  checkSteps(slices, steps);
  if (checkList('states', states).length !== slices.length + 1)
    throw new UsageError(
      `an adjoint of ${slices.length} slices needs ${slices.length + 1} states, got ${states.length}`,
    );
  const costates = [plus(costate, added?.get(slices.length))];
  for (let l = slices.length - 1; l >= 0; l--) {
    costates.unshift(
      scope(() => {
        const p = projection.adjoint(states[l + 1]!, costates[0]!);
        return plus(slices[l]!.adjoint(states[l]!, p, steps[l]!), added?.get(l));
      }),
    );
  }
  return costates;
}

const plus = (costate: Tensor, more: Tensor | undefined): Tensor => (more ? ops.add(costate, more) : costate);
