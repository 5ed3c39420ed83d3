/** The functional gradient G(theta, t) = dE/drho on a plane of theta at every depth, with its particles. */
import type { Engine, StateAndCostate, Rho, Solution } from '../../engine.ts';
import { type ViewState, dataKnobs, pretrainingKnobs, rhoKnobs } from '../../knobs.ts';
import { compact, type Emit, grid, type Grid, numbersPart, type Part, typed } from '../../parts.ts';
import { depthsOf, particlesAt, weightsAt } from '../../rho.ts';
import {
  pretrainingCost,
  flowPart,
  gradientPasses,
  passCost,
  pointsPart,
  type TrainedProblem,
  trainedProblem,
  squareGrid,
  windowOf,
} from '../common.ts';

/** G(., t_l) on a plane of theta for one step. */
export interface LandscapePart extends Part {
  readonly part: 'landscape';
  readonly l: number;
  readonly t: number;
  /** Both axes run over [-window, window]; values [rows, columns], rows from the bottom. */
  readonly window: number;
  readonly axes: readonly [number, number];
  readonly values: Grid;
  /** Particles in the coordinates of the plane, [M, 2], with G and - grad G in the same coordinates, [M, 2]. */
  readonly particles: Grid;
  readonly own: readonly number[];
  readonly velocity: Grid;
}

/** G of the two-layer network with the same readout and residual, on the plane of step l. */
export interface ShallowPart extends Part {
  readonly part: 'shallow';
  readonly l: number;
  readonly values: Grid;
}

const side = 33;
/** Maximum number of depths with a landscape. */
const depthsShown = 24;

export const knobs = [
  't',
  'axisX',
  'axisY',
  'particle',
  ...dataKnobs,
  ...rhoKnobs,
  ...pretrainingKnobs,
] as const;

export function cost(state: ViewState): number {
  const planes = side ** 2 * Math.min(state.depth, depthsShown) * 2;
  return pretrainingCost(state) + (gradientPasses + 6) * passCost(state) + planes * state.points;
}

export function compute(state: ViewState, engine: Engine, emit: Emit): void {
  const trained = trainedProblem(state, engine, emit);
  const { setting, rho, data } = trained;
  const solution = engine.solve(setting, rho);
  emit(pointsPart(state, data, windowOf(setting.problem.d, ...solution.states)));
  emit(flowPart('flow', trained, solution.states));
  const depths = depthsOf(rho);
  const fields = rho.steps.reduce<StepField[]>((all, _, l) => {
    all.push(fieldOf(trained, solution, l, engine));
    return all;
  }, []);
  emit(numbersPart({ ...numbersOf(rho, fields), loss: solution.loss }));
  const stride = Math.ceil(rho.slices / depthsShown);
  const chosen = fields.map((_, l) => l).filter((l) => l % stride === 0);
  const distance = (l: number): number => Math.abs((depths[l]! + depths[l + 1]!) / 2 - state.t);
  chosen.sort((a, b) => distance(a) - distance(b));
  const window = planeWindow(state, rho);
  for (const l of chosen) emitLandscape(trained, solution, fields[l]!, { l, window, state }, engine, emit);
}

/** G and its slope at the particles of one step, and G of the two-layer network there. */
interface StepField {
  readonly own: Float64Array;
  readonly shallow: Float64Array;
  readonly slopes: Float64Array;
}

/** The state and costate for G(., t_l); for the two-layer network, the inputs and the costate of depth 1. */
const placeAt = ({ states, costates }: Solution, l: number): StateAndCostate => ({
  state: states[l]!,
  costate: costates[l + 1]!,
});
const shallowPlace = ({ states, costates }: Solution): StateAndCostate => ({
  state: states[0]!,
  costate: costates.at(-1)!,
});

function fieldOf({ setting, rho }: TrainedProblem, solution: Solution, l: number, engine: Engine): StepField {
  const theta = particlesAt(rho, l);
  return {
    own: engine.values(setting, placeAt(solution, l), theta),
    shallow: engine.values(setting, shallowPlace(solution), theta),
    slopes: engine.slopes(setting, placeAt(solution, l), theta),
  };
}

function numbersOf(rho: Rho, fields: readonly StepField[]): Record<string, number> {
  let [dissipation, mean, both, deep, flat] = [0, 0, 0, 0, 0];
  fields.forEach(({ own, shallow, slopes }, l) => {
    const weights = weightsAt(rho, l);
    own.forEach((g, j) => {
      const mass = rho.steps[l]! * weights[j]!;
      mean += mass * g;
      for (let e = 0; e < rho.size; e++) dissipation += mass * slopes[j * rho.size + e]! ** 2;
      both += g * shallow[j]!;
      deep += g * g;
      flat += shallow[j]! ** 2;
    });
  });
  // The angle is undefined if G vanishes.
  const cosine = deep > 0 && flat > 0 ? both / Math.sqrt(deep * flat) : 0;
  return { dissipation, cosine, mean };
}

/** Half the side of the square of the plane that contains the particles of every depth. */
function planeWindow({ axisX, axisY }: ViewState, { theta, size }: Rho): number {
  let largest = 1.5;
  for (let row = 0; row < theta.length; row += size)
    largest = Math.max(largest, Math.abs(theta[row + axisX]!), Math.abs(theta[row + axisY]!));
  return Math.min(8, Math.ceil(largest * 1.1 * 10) / 10);
}

function emitLandscape(
  { setting, rho }: TrainedProblem,
  solution: Solution,
  { own, slopes }: StepField,
  { l, window, state }: { readonly l: number; readonly window: number; readonly state: ViewState },
  engine: Engine,
  emit: Emit,
): void {
  const { size } = rho;
  const { axisX, axisY, particle } = state;
  const theta = particlesAt(rho, l);
  const through = Math.min(particle, rho.particles - 1);
  const origin = through < 0 ? new Float64Array(size) : theta.slice(through * size, (through + 1) * size);
  const square = squareGrid(window, side);
  const plane = new Float64Array(side * side * size);
  for (let i = 0; i < side * side; i++) {
    plane.set(origin, i * size);
    plane[i * size + axisX] = square[2 * i]!;
    plane[i * size + axisY] = square[2 * i + 1]!;
  }
  const onPlane = (rows: Float64Array, sign: number): Float64Array =>
    Float64Array.from({ length: 2 * rho.particles }, (_, i) => {
      const axis = i % 2 === 0 ? axisX : axisY;
      return sign * rows[Math.floor(i / 2) * size + axis]!;
    });
  emit(
    typed<LandscapePart>({
      part: 'landscape',
      l,
      t: depthsOf(rho)[l]!,
      window,
      axes: [axisX, axisY],
      values: grid([side, side], engine.values(setting, placeAt(solution, l), plane)),
      particles: grid([rho.particles, 2], onPlane(theta, 1)),
      own: compact(own),
      velocity: grid([rho.particles, 2], onPlane(slopes, -1)),
    }),
  );
  emit(
    typed<ShallowPart>({
      part: 'shallow',
      l,
      values: grid([side, side], engine.values(setting, shallowPlace(solution), plane)),
    }),
  );
}
