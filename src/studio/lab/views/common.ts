/** Code shared by several views. */
import { UsageError } from '../../../errors.ts';
import type { Engine, Rho, Setting } from '../engine.ts';
import type { ViewState } from '../knobs.ts';
import {
  type Emit,
  type FlowPart,
  grid,
  joined,
  type PointsPart,
  type ProgressPart,
  typed,
} from '../parts.ts';
import { drawnRho, type LabData, labData, parameterNames, settingOf } from '../problem.ts';
import { depthsOf } from '../rho.ts';

/** Block evaluations of one forward pass, N L M. */
export const passCost = ({ points, depth, particles }: ViewState): number => points * depth * particles;
/** Approximate cost of a flow with its adjoint and the slopes of all particles, in forward passes. */
export const gradientPasses = 4;
const stages: Readonly<Record<ViewState['integrator'], number>> = { euler: 1, heun: 2, rk4: 4 };
export const trainingCost = (state: ViewState, steps: number): number =>
  gradientPasses * stages[state.integrator] * (steps + 1) * passCost(state);
export const pretrainingCost = (state: ViewState): number =>
  state.trained === 0 ? 0 : trainingCost(state, state.trained);

/** The points, the problem and the trained rho of a state. */
export interface TrainedProblem {
  readonly data: LabData;
  readonly setting: Setting;
  readonly rho: Rho;
}

/** Caches trained rho of recent states, so that a knob without influence on it does not train again. */
const cache = new WeakMap<Engine, Map<string, Rho>>();
const maxCached = 8;

/** The problem of a state, with rho after the training that precedes the view. */
export function trainedProblem(state: ViewState, engine: Engine, emit: Emit): TrainedProblem {
  const data = labData(state);
  const setting = settingOf(state, data);
  if (state.trained === 0) return { data, setting, rho: drawnRho(state) };
  const { points, noise, dataSeed, family, activation, depth, particles, law, scale, seed } = state;
  const { data: name, csv, trained, ds, integrator } = state;
  const key = JSON.stringify([
    [name, csv, points, noise, dataSeed],
    [family, activation, depth, particles, law, scale, seed],
    [trained, ds, integrator],
  ]);
  const known = cache.get(engine) ?? new Map<string, Rho>();
  cache.set(engine, known);
  const before = known.get(key);
  const rho = before ?? trainedRho(state, engine, setting, emit);
  known.delete(key);
  known.set(key, rho);
  for (const old of known.keys()) if (known.size > maxCached) known.delete(old);
  return { data, setting, rho };
}

function trainedRho(state: ViewState, engine: Engine, setting: Setting, emit: Emit): Rho {
  const { trained: steps, ds, integrator: method } = state;
  return engine.train(setting, drawnRho(state), { ds, steps, method }, ({ step, loss }) => {
    checkFinite(loss, step);
    if (step % 50 === 49)
      emit(typed<ProgressPart>({ part: 'progress', done: step, of: steps, doing: 'Training ρ' }));
  });
}

/** @throws UsageError if the training diverged */
export function checkFinite(loss: number, step: number): void {
  if (!Number.isFinite(loss) || loss > 1e12)
    throw new UsageError(`the training diverged at step ${step} (E = ${loss}): take a smaller ds or rate`);
}

/** Half the side of the square around 0 that contains the first two features, within limits. */
export function windowOf(d: number, ...arrays: readonly Float64Array[]): number {
  let largest = 1.1;
  for (const states of arrays)
    for (let i = 0; i + 1 < states.length; i += d)
      largest = Math.max(largest, Math.abs(states[i]!), Math.abs(states[i + 1]!));
  return Math.min(6, Math.ceil(largest * 1.1 * 10) / 10);
}

export function pointsPart(state: ViewState, data: LabData, window: number): PointsPart {
  return {
    part: 'points',
    inputs: grid([data.targets.length, 2], data.inputs),
    targets: Array.from(data.targets),
    classes: data.classes ?? null,
    window,
    parameters: parameterNames(state),
  };
}

/** W1 X: the heights of states, [N]. */
export function heights(states: Float64Array, d: number): Float64Array {
  return Float64Array.from({ length: states.length / d }, (_, n) => states[n * d + 1]!);
}

/** Share of points on the correct side of height 0; null for a regression. */
export function accuracyOf(data: LabData, last: Float64Array, d: number): number | null {
  if (!data.classes) return null;
  const right = heights(last, d).filter((height, n) => height * data.targets[n]! > 0);
  return right.length / data.targets.length;
}

/** 1/2 mean (prediction - y)^2. */
export function squaredLoss(prediction: ArrayLike<number>, targets: ArrayLike<number>): number {
  let sum = 0;
  for (let n = 0; n < targets.length; n++) sum += (prediction[n]! - targets[n]!) ** 2;
  return sum / (2 * targets.length);
}

export function flowPart(
  name: string,
  { data, setting, rho }: TrainedProblem,
  states: readonly Float64Array[],
): FlowPart {
  const { d, samples } = setting.problem;
  const last = states.at(-1)!;
  return {
    part: 'flow',
    name,
    depths: depthsOf(rho),
    states: grid([states.length, samples, d], joined(states)),
    loss: squaredLoss(heights(last, d), data.targets),
    accuracy: accuracyOf(data, last, d),
  };
}

/** Root mean square of the row norms. */
export function rms(rows: Float64Array, d: number): number {
  return Math.sqrt(rows.reduce((sum, value) => sum + value * value, 0) / (rows.length / d));
}

/** A square grid over [-window, window]^2, rows from the bottom, [count^2, 2]. */
export function squareGrid(window: number, count: number): Float64Array {
  const at = (i: number): number => window * ((2 * i) / (count - 1) - 1);
  const points = new Float64Array(2 * count * count);
  for (let row = 0; row < count; row++)
    for (let column = 0; column < count; column++) {
      points[2 * (row * count + column)] = at(column);
      points[2 * (row * count + column) + 1] = at(row);
    }
  return points;
}

/** The problem with other inputs; its targets are unused. */
export function on(setting: Setting, inputs: Float64Array): Setting {
  const samples = inputs.length / setting.problem.d;
  return { ...setting, problem: { ...setting.problem, samples, inputs, targets: new Float64Array(samples) } };
}
