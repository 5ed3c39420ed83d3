/**
 * Three regimes on the same data: the mean-field ResNet, its linearisation at the start (the tangent kernel), and the
 * two-layer mean-field network with as many particles; and the lazy ResNet, which trains alpha (f - f_0) and tends to
 * the linearised model.
 */
import type { Engine, Rho, Setting } from '../../engine.ts';
import { type ViewState, dataKnobs, rhoKnobs } from '../../knobs.ts';
import { compact, type CurvePart, type Emit, type FieldPart, grid, numbersPart, typed } from '../../parts.ts';
import { drawnRho, drawnTwoLayer, embedded, labData, settingOf } from '../../problem.ts';
import { movement } from '../../rho.ts';
import {
  checkFinite,
  gradientPasses,
  heights,
  on,
  passCost,
  pointsPart,
  squaredLoss,
  squareGrid,
  windowOf,
} from '../common.ts';
import { Columns } from '../snapshots.ts';

const side = 25;

export const knobs = ['s', 'steps', 'ds', 'alpha', ...dataKnobs, ...rhoKnobs] as const;

export function cost(state: ViewState): number {
  const trainings = 3 * gradientPasses * (state.steps + 1) * passCost(state);
  const kernels = 2 * (state.points + side ** 2) * passCost(state);
  return trainings + kernels;
}

export function compute(state: ViewState, engine: Engine, emit: Emit): void {
  const data = labData(state);
  const setting = settingOf(state, data);
  const start = drawnRho(state);
  const before = engine.states(setting, start);
  const window = windowOf(setting.problem.d, ...before);
  emit(pointsPart(state, data, window));
  const fresh = state.data === 'csv' ? undefined : labData(state, state.points);
  const lab: Lab = {
    state,
    setting,
    engine,
    emit,
    square: embedded(squareGrid(window, side), setting.problem.d),
  };
  const test = fresh && {
    ...on(setting, embedded(fresh.inputs, setting.problem.d)),
    targets: fresh.targets,
  };
  const own = heights(before.at(-1)!, setting.problem.d);

  const meanField = train(lab, 'mean-field', setting, start, 1);
  emitField(lab, 'mean-field', predictions(lab, setting, meanField.rho, lab.square));
  const kernel = engine.kernel(setting, start);
  const lines = linearisedPair(lab, start, kernel, own);
  const flat: Setting = { ...setting, family: { ...setting.family, twoLayer: true } };
  const shallow = train(lab, 'two-layer', flat, drawnTwoLayer(state), 1);
  emitField(lab, 'two-layer', predictions(lab, flat, shallow.rho, lab.square));
  const lazy = train(lab, 'lazy', lazySetting(setting, own, state.alpha), start, state.alpha ** 2);

  const { targets } = setting.problem;
  const loss = (values: Float64Array): number => squaredLoss(values, test!.targets);
  emit(
    numbersPart({
      meanField: meanField.loss,
      linearised: lines.loss,
      twoLayer: shallow.loss,
      lazy: lazy.loss,
      lazyLimit: lines.limit,
      movement: movement(start, meanField.rho.theta),
      lazyMovement: movement(start, lazy.rho.theta),
      alignmentStart: alignment(kernel, targets),
      alignmentEnd: alignment(engine.kernel(setting, meanField.rho), targets),
      ...(test && {
        meanFieldTest: loss(predictions(lab, setting, meanField.rho, test.problem.inputs)),
        linearisedTest: loss(lines.at(test.problem.inputs)),
        twoLayerTest: loss(predictions(lab, flat, shallow.rho, test.problem.inputs)),
      }),
    }),
  );
}

interface Lab {
  readonly state: ViewState;
  readonly setting: Setting;
  readonly engine: Engine;
  readonly emit: Emit;
  /** States at depth 0 over the visible square. */
  readonly square: Float64Array;
}

const predictions = ({ engine }: Lab, setting: Setting, rho: Rho, inputs: Float64Array): Float64Array =>
  heights(engine.states(on(setting, inputs), rho).at(-1)!, setting.problem.d);

function emitField({ emit, square, setting }: Lab, name: string, values: Float64Array): void {
  const window = square[square.length - setting.problem.d]!;
  emit(typed<FieldPart>({ part: 'field', name, t: 0, window, values: grid([side, side], values) }));
}

/** Trains with Euler steps; E is multiplied by `factor`. */
function train(
  { state: { ds, steps }, engine, emit }: Lab,
  name: string,
  setting: Setting,
  start: Rho,
  factor: number,
): { rho: Rho; loss: number } {
  const columns = new Columns(['loss']);
  const batch = Math.max(10, Math.ceil(steps / 20));
  let last = NaN;
  const rho = engine.train(setting, start, { ds, steps, method: 'euler' }, ({ step, loss }) => {
    last = loss * factor;
    checkFinite(last, step);
    columns.add(step, { loss: last });
    if (columns.waiting >= batch || step === steps)
      emit(typed<CurvePart>({ part: 'curve', name, ...columns.take() }));
  });
  return { rho, loss: last };
}

/** Training alpha (f - f_0) on y with E / alpha^2 is training f on the targets f_0 + y / alpha with squared loss. */
function lazySetting(setting: Setting, own: Float64Array, alpha: number): Setting {
  const targets = setting.problem.targets.map((y, n) => own[n]! + y / alpha);
  return { ...setting, problem: { ...setting.problem, targets } };
}

/** The linearised model from f_0, and from 0, where the lazy one starts. */
function linearisedPair(
  lab: Lab,
  start: Rho,
  kernel: Float64Array,
  own: Float64Array,
): { loss: number; limit: number; at: (inputs: Float64Array) => Float64Array } {
  const { setting, engine, emit, state } = lab;
  const { targets, samples } = setting.problem;
  const options = { eta: state.ds, steps: state.steps };
  const curve = (name: string, residual: Float64Array): ReturnType<Engine['linearised']> => {
    const run = engine.linearised(kernel, residual, options);
    checkFinite(run.losses.at(-1)!, state.steps);
    const step = Array.from(run.losses, (_, i) => i);
    emit(typed<CurvePart>({ part: 'curve', name, step, columns: { loss: compact(run.losses, 6) } }));
    return run;
  };
  const line = curve(
    'linearised',
    own.map((u, n) => u - targets[n]!),
  );
  const limit = curve(
    'lazy limit',
    targets.map((y) => -y),
  );
  const at = (inputs: Float64Array): Float64Array => {
    const cross = engine.kernel(setting, start, inputs);
    const values = predictions(lab, setting, start, inputs);
    const others = values.length;
    return values.map((u, m) => {
      let sum = 0;
      for (let n = 0; n < samples; n++) sum += cross[n * others + m]! * line.moved[n]!;
      return u - sum / samples;
    });
  };
  emitField(lab, 'linearised', at(lab.square));
  return { loss: line.losses.at(-1)!, limit: limit.losses.at(-1)!, at };
}

function alignment(kernel: Float64Array, targets: Float64Array): number {
  const n = targets.length;
  let [along, squared, norm] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    norm += targets[i]! ** 2;
    for (let j = 0; j < n; j++) {
      const entry = kernel[i * n + j]!;
      along += entry * targets[i]! * targets[j]!;
      squared += entry * entry;
    }
  }
  return squared > 0 && norm > 0 ? along / (Math.sqrt(squared) * norm) : 0;
}
