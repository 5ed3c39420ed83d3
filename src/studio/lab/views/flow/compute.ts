/**
 * The flow: all points carried through depth, the plane carried with them, and the prediction for each point at depth
 * t.
 */
import type { Engine } from '../../engine.ts';
import { type ViewState, dataKnobs, pretrainingKnobs, rhoKnobs } from '../../knobs.ts';
import {
  type Emit,
  type FieldPart,
  type FlowPart,
  grid,
  type Grid,
  joined,
  numbersPart,
  type Part,
  typed,
} from '../../parts.ts';
import { drawnRho, embedded } from '../../problem.ts';
import { depthsOf, tailOf } from '../../rho.ts';
import {
  pretrainingCost,
  flowPart,
  heights,
  on,
  passCost,
  pointsPart,
  rms,
  type TrainedProblem,
  trainedProblem,
  squareGrid,
  windowOf,
} from '../common.ts';

/** A mesh of the plane carried by the flow; its folding and stretching shows that of the network. */
export interface MeshPart extends Part {
  readonly part: 'mesh';
  readonly name: string;
  readonly depths: readonly number[];
  /** [L + 1, rows, columns, d] */
  readonly states: Grid;
  /** The determinant of the derivative of X(., t) by the plane, [L + 1, rows, columns]: negative where it is turned over. */
  readonly areas: Grid;
}

/** Points per side of the mesh, of the field at depth 0, and of the deeper fields. */
const [meshSide, fineSide, coarseSide] = [13, 41, 25];
/** Refinement factor of the finer flow, and its number of drawn depths. */
const [refinement, refinedDepths] = [8, 80];
/** Maximum number of depths with a field. */
const fieldDepths = 11;

export const knobs = ['t', ...dataKnobs, ...rhoKnobs, ...pretrainingKnobs] as const;

export function cost(state: ViewState): number {
  const points = state.points + 5 * meshSide ** 2 + fineSide ** 2 + (fieldDepths / 2) * coarseSide ** 2;
  const once = points + (isSmooth(state) ? refinement * state.points : 0);
  return pretrainingCost(state) + once * (passCost(state) / state.points);
}

export function compute(state: ViewState, engine: Engine, emit: Emit): void {
  const trained = trainedProblem(state, engine, emit);
  const { setting, rho, data } = trained;
  const { d } = setting.problem;
  const states = engine.states(setting, rho);
  const window = windowOf(d, ...states);
  emit(pointsPart(state, data, window));
  const flow = flowPart('flow', trained, states);
  emit(flow);
  const mesh = meshPart(trained, engine, window);
  emit(
    numbersPart({
      loss: flow.loss,
      folded: foldedShare(mesh),
      ...(flow.accuracy !== null && { accuracy: flow.accuracy }),
      length: meanLength(states, d),
      ...(isSmooth(state) && { euler: emitRefined(trained, states.at(-1)!, state, engine, emit) }),
    }),
  );
  emit(mesh);
  emitFields(trained, state, engine, window, emit);
}

/**
 * Whether the law is smooth in depth, so that depth can be refined towards the ODE of which the ResNet is an Euler
 * scheme.
 */
const isSmooth = ({ law, trained }: ViewState): boolean => law === 'smooth' && trained === 0;

/** Emits the refined flow; returns the distance of its end from that of the coarse flow. */
function emitRefined(
  trained: TrainedProblem,
  last: Float64Array,
  state: ViewState,
  engine: Engine,
  emit: Emit,
): number {
  const { setting } = trained;
  const rho = drawnRho({ ...state, depth: refinement * state.depth });
  const states = engine.states(setting, rho);
  const stride = Math.ceil(rho.slices / refinedDepths);
  const drawn = states.map((_, l) => l).filter((l) => l % stride === 0 || l === rho.slices);
  const depths = depthsOf(rho);
  const part = flowPart(
    'ode',
    { ...trained, rho },
    drawn.map((l) => states[l]!),
  );
  emit(typed<FlowPart>({ ...part, depths: drawn.map((l) => depths[l]!) }));
  const end = states.at(-1)!;
  return rms(
    last.map((x, i) => x - end[i]!),
    setting.problem.d,
  );
}

/** Step of the central differences, relative to the window. */
const areaStep = 1e-5;

function meshPart({ setting, rho }: TrainedProblem, engine: Engine, window: number): MeshPart {
  const { d } = setting.problem;
  const plane = squareGrid(window, meshSide);
  const from = (dx: number, dy: number): readonly Float64Array[] => {
    const moved = plane.map((x, i) => x + window * areaStep * (i % 2 === 0 ? dx : dy));
    return engine.states(on(setting, embedded(moved, d)), rho);
  };
  const [left, right, below, above] = [from(-1, 0), from(1, 0), from(0, -1), from(0, 1)];
  const side = 2 * window * areaStep;
  const areas = left.map((_, l) =>
    Float64Array.from({ length: meshSide ** 2 }, (_, n) => {
      const slope = (ahead: Float64Array, behind: Float64Array, feature: number): number =>
        (ahead[n * d + feature]! - behind[n * d + feature]!) / side;
      const [xx, yx] = [slope(right[l]!, left[l]!, 0), slope(right[l]!, left[l]!, 1)];
      const [xy, yy] = [slope(above[l]!, below[l]!, 0), slope(above[l]!, below[l]!, 1)];
      return xx * yy - xy * yx;
    }),
  );
  const states = from(0, 0);
  return typed<MeshPart>({
    part: 'mesh',
    name: 'mesh',
    depths: depthsOf(rho),
    states: grid([states.length, meshSide, meshSide, d], joined(states)),
    areas: { shape: [areas.length, meshSide, meshSide], data: Array.from(joined(areas)) },
  });
}

/** Share of the mesh that is turned over at some depth: a ResNet can do that, the flow of an ODE cannot. */
function foldedShare({ areas }: MeshPart): number {
  const count = meshSide ** 2;
  const folded = new Set(areas.data.flatMap((area, i) => (area < 0 ? [i % count] : [])));
  return folded.size / count;
}

/** Emits the field at depth 0, then at depths from near the cursor outwards. */
function emitFields(
  trained: TrainedProblem,
  { t }: ViewState,
  engine: Engine,
  window: number,
  emit: Emit,
): void {
  const { setting, rho } = trained;
  const depths = depthsOf(rho);
  emitField(trained, engine, 0, fineSide, window, emit);
  // Deeper in, the third feature of a point in the plane is unknown.
  if (setting.problem.d !== 2) return;
  const stride = Math.max(1, Math.ceil(rho.slices / (fieldDepths - 1)));
  const chosen = depths.flatMap((_, l) => (l > 0 && (l % stride === 0 || l === rho.slices) ? [l] : []));
  chosen.sort((a, b) => Math.abs(depths[a]! - t) - Math.abs(depths[b]! - t));
  for (const l of chosen) emitField(trained, engine, l, coarseSide, window, emit);
}

function emitField(
  { setting, rho }: TrainedProblem,
  engine: Engine,
  l: number,
  side: number,
  window: number,
  emit: Emit,
): void {
  const { d } = setting.problem;
  const states = embedded(squareGrid(window, side), d);
  const last = l === rho.slices ? states : engine.states(on(setting, states), tailOf(rho, l)).at(-1)!;
  emit(
    typed<FieldPart>({
      part: 'field',
      name: 'prediction',
      t: depthsOf(rho)[l]!,
      window,
      values: grid([side, side], heights(last, d)),
    }),
  );
}

function meanLength(states: readonly Float64Array[], d: number): number {
  let sum = 0;
  for (let l = 1; l < states.length; l++) {
    const [before, after] = [states[l - 1]!, states[l]!];
    for (let n = 0; n < before.length; n += d) {
      let squared = 0;
      for (let i = 0; i < d; i++) squared += (after[n + i]! - before[n + i]!) ** 2;
      sum += Math.sqrt(squared);
    }
  }
  return sum / (states[0]!.length / d);
}
