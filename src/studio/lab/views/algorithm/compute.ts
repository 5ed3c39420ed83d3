/** Algorithm 1: blocks with positions in depth, trained jointly and sorted again in every step; and its controls. */
import type { BlockPoint, Engine, Rho, Setting } from '../../engine.ts';
import { type ViewState, dataKnobs } from '../../knobs.ts';
import {
  compact,
  type Emit,
  grid,
  type Grid,
  joined,
  numbersPart,
  type Part,
  type SnapshotPart,
  typed,
} from '../../parts.ts';
import { drawnBlocks, labData, settingOf, sizeOf, startSchedule } from '../../problem.ts';
import { depthsOf } from '../../rho.ts';
import { accuracyOf, checkFinite, gradientPasses, pointsPart, windowOf } from '../common.ts';
import { snapshotCount, snapshotSteps } from '../snapshots.ts';

/** Beads at consecutive steps of Algorithm 1. */
export interface BeadsPart extends Part {
  readonly part: 'beads';
  readonly step: readonly number[];
  readonly loss: readonly number[];
  /** In order of creation, [steps, n]; null if the scheme has none. */
  readonly tau: Grid | null;
  readonly tauEnd: Grid | null;
  /** Step sizes in order of creation, [steps, n]. */
  readonly widths: Grid;
  /** [steps, n]: block indices in flow order. */
  readonly order: Grid;
  readonly swaps: readonly {
    readonly step: number;
    readonly pairs: readonly (readonly [number, number])[];
    /** E after the step minus E before it. */
    readonly jump: number;
  }[];
}

export const knobs = [
  's',
  'scheme',
  'blocks',
  'tauStart',
  'rate',
  'tauRate',
  'steps',
  'family',
  'activation',
  'law',
  'scale',
  'seed',
  ...dataKnobs,
] as const;

export const cost = ({ points, blocks, steps }: ViewState): number =>
  3 * gradientPasses * points * blocks * (steps + snapshotCount);

export function compute(state: ViewState, engine: Engine, emit: Emit): void {
  const data = labData(state);
  const setting = settingOf(state, data);
  const { d } = setting.problem;
  emit(pointsPart(state, data, windowOf(d, setting.problem.inputs, Float64Array.of(1.5, 1.5, 0))));
  const { first, last, states, swaps, jump } = run(setting, state, engine, emit);
  const accuracy = accuracyOf(data, states.at(-1)!, d);
  emit(numbersPart({ loss: last, start: first, swaps, jump, ...(accuracy !== null && { accuracy }) }));
}

/** Steps per emitted part. */
const batchOf = (steps: number): number => Math.max(5, Math.ceil(steps / 40));

function run(
  setting: Setting,
  state: ViewState,
  engine: Engine,
  emit: Emit,
): { first: number; last: number; states: readonly Float64Array[]; swaps: number; jump: number } {
  const { steps, scheme, rate, tauRate } = state;
  const shots = snapshotSteps(steps);
  const { d, samples } = setting.problem;
  let waiting: BlockPoint[] = [];
  let [first, last, swaps, jump] = [NaN, NaN, 0, 0];
  let states: readonly Float64Array[] = [];
  /** E before the first waiting point. */
  let before = NaN;
  engine.trainBlocks(
    setting,
    drawnBlocks(state),
    startSchedule(state),
    { scheme, steps, rate, tauRate },
    (point) => {
      checkFinite(point.loss, point.step);
      if (point.step === 0) first = point.loss;
      if (point.swaps.length > 0) {
        swaps += point.swaps.length;
        jump = Math.max(jump, point.loss - last);
      }
      last = point.loss;
      waiting.push(point);
      if (waiting.length >= batchOf(steps) || point.step === steps || point.step === 0) {
        emit(beadsPart(waiting, before));
        before = point.loss;
        waiting = [];
      }
      if (!shots.has(point.step)) return;
      const path = blockPath(setting, state, point, engine);
      ({ states } = path);
      emit(
        typed<SnapshotPart>({
          part: 'snapshot',
          name: 'algorithm',
          step: point.step,
          depths: path.depths,
          states: grid([states.length, samples, d], joined(states)),
          loss: point.loss,
        }),
      );
    },
  );
  return { first, last, states, swaps, jump };
}

function beadsPart(points: readonly BlockPoint[], before: number): BeadsPart {
  const blocks = points[0]!.order.length;
  const matrix = (rows: readonly ArrayLike<number>[]): BeadsPart['widths'] => ({
    shape: [rows.length, blocks],
    data: compact(rows.flatMap((row) => Array.from(row))),
  });
  const column = (name: 'tau' | 'tauEnd'): BeadsPart['tau'] =>
    points[0]!.schedule[name] ? matrix(points.map(({ schedule }) => schedule[name]!)) : null;
  return {
    part: 'beads',
    step: points.map(({ step }) => step),
    loss: points.map(({ loss }) => Number(loss.toPrecision(6))),
    tau: column('tau'),
    tauEnd: column('tauEnd'),
    widths: matrix(points.map(widthsOf)),
    order: matrix(points.map(({ order }) => order)),
    swaps: points.flatMap(({ step, swaps: pairs, loss }, i) =>
      pairs.length > 0 ? [{ step, pairs, jump: loss - (points[i - 1]?.loss ?? before) }] : [],
    ),
  };
}

/** The length of depth over which each block acts, in order of creation. */
function widthsOf({ order, schedule: { tau, tauEnd, step } }: BlockPoint): Float64Array {
  if (step) return step;
  if (tauEnd) return tauEnd.map((end, i) => Math.max(0, end - tau![i]!));
  const widths = new Float64Array(order.length);
  order.forEach((i, place) => {
    widths[i] = Math.max(0, tau![i]! - (place === 0 ? 0 : tau![order[place - 1]!]!));
  });
  return widths;
}

/** The states of all points at the start of each block, and at the end. */
function blockPath(
  setting: Setting,
  state: ViewState,
  point: BlockPoint,
  engine: Engine,
): { depths: number[]; states: readonly Float64Array[] } {
  const size = sizeOf(state);
  const theta = point.theta();
  const { order } = point;
  const blocks = order.map((i) => theta.subarray(i * size, (i + 1) * size));
  if (state.scheme === 'intervals') return intervalPath(setting, blocks, point, engine);
  const widths = widthsOf(point);
  const rho = chain(
    blocks,
    Float64Array.from(order, (i) => widths[i]!),
  );
  return { depths: depthsOf(rho), states: engine.states(setting, rho) };
}

/** Blocks in sequence, each with its own step size. */
function chain(blocks: readonly Float64Array[], steps: Float64Array): Rho {
  const weight = new Float64Array(blocks.length).fill(1);
  return {
    slices: blocks.length,
    particles: 1,
    size: blocks[0]!.length,
    steps,
    theta: joined(blocks),
    weight,
  };
}

/**
 * X(t) = X(0) + sum_i length([tau_i, tau'_i] intersected with [0, t]) f(X(tau_i), theta_i), at all starts and at the
 * end.
 */
function intervalPath(
  setting: Setting,
  blocks: readonly Float64Array[],
  { order, schedule }: BlockPoint,
  engine: Engine,
): { depths: number[]; states: readonly Float64Array[] } {
  const { inputs } = setting.problem;
  const started: { from: number; to: number; velocity: Float64Array }[] = [];
  const at = (t: number): Float64Array =>
    inputs.map((x, e) =>
      started.reduce(
        (sum, { from, to, velocity }) => sum + Math.max(0, Math.min(t, to) - from) * velocity[e]!,
        x,
      ),
    );
  const states: Float64Array[] = [];
  const depths: number[] = [];
  order.forEach((i, place) => {
    const [from, to] = [schedule.tau![i]!, schedule.tauEnd![i]!];
    const state = at(from);
    const here = { ...setting, problem: { ...setting.problem, inputs: state } };
    const after = engine.states(here, chain([blocks[place]!], Float64Array.of(1))).at(-1)!;
    depths.push(from);
    states.push(state);
    started.push({ from, to, velocity: after.map((x, e) => x - state[e]!) });
  });
  const end = Math.max(...started.map(({ to }) => to));
  return { depths: [...depths, end], states: [...states, at(end)] };
}
