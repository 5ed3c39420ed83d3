/** Local minima are global: the best block of a ball at every depth, and the effect of a step of rho towards them. */
import type { Engine, Solution } from '../../engine.ts';
import { type ViewState, dataKnobs, pretrainingKnobs, rhoKnobs } from '../../knobs.ts';
import { compact, type Emit, grid, type Grid, numbersPart, type Part, typed } from '../../parts.ts';
import { ballStarts } from '../../problem.ts';
import { depthsOf, mixed, particlesAt, weightsAt } from '../../rho.ts';
import {
  pretrainingCost,
  flowPart,
  gradientPasses,
  passCost,
  pointsPart,
  type TrainedProblem,
  trainedProblem,
  windowOf,
} from '../common.ts';

/** Minimisers of G over the ball at each depth. */
export interface DirectionPart extends Part {
  readonly part: 'direction';
  readonly depths: readonly number[];
  /** nu, [L, k] */
  readonly theta: Grid;
  /** G at nu and its mean over rho, [L]. */
  readonly values: readonly number[];
  readonly own: readonly number[];
}

/** E along (1 - lambda) rho + lambda nu. */
export interface AlongPart extends Part {
  readonly part: 'along';
  readonly lambda: readonly number[];
  readonly loss: readonly number[];
  /** E + lambda <dE/drho, nu - rho>. */
  readonly linear: readonly number[];
  readonly best: { readonly lambda: number; readonly loss: number };
}

/** Starts and steps of each minimisation. */
export const minimisation = { starts: 12, steps: 30 } as const;
/** Denser near 0, where the picture ends if E rises steeply. */
const mixtures = 61;
/** Small enough for the first order to dominate, large enough for the difference to exceed round-off. */
const smallLambda = 1e-4;

export const knobs = ['t', 'lambda', 'radius', ...dataKnobs, ...rhoKnobs, ...pretrainingKnobs] as const;

export function cost(state: ViewState): number {
  const minima = minimisation.starts * minimisation.steps * gradientPasses * state.points * state.depth;
  return pretrainingCost(state) + minima + (mixtures + 40 + gradientPasses) * passCost(state);
}

export function compute(state: ViewState, engine: Engine, emit: Emit): void {
  const trained = trainedProblem(state, engine, emit);
  const { setting, rho, data } = trained;
  const { d } = setting.problem;
  const solution = engine.solve(setting, rho);
  const { states, loss } = solution;
  // Mixtures share the visible square of rho.
  emit(pointsPart(state, data, windowOf(d, ...states, Float64Array.of(1.5, 1.5, 0))));
  emit(flowPart('before', trained, states));
  const { theta, values, own, gap } = steepest(trained, solution, state, engine);
  const best = engine.lineSearch(setting, rho, theta);
  const lambda = state.lambda === 0 ? best.lambda : state.lambda;
  const after = mixed(rho, theta, lambda);
  emit(
    typed<DirectionPart>({
      part: 'direction',
      depths: depthsOf(rho),
      theta: grid([rho.slices, rho.size], theta),
      values: compact(values),
      own: compact(own),
    }),
  );
  emit(flowPart('after', { ...trained, rho: after }, engine.states(setting, after)));
  const energy = (share: number): number => engine.energy(setting, mixed(rho, theta, share));
  const small = energy(smallLambda);
  const lambdas = Array.from({ length: mixtures }, (_, i) => (i / (mixtures - 1)) ** 2);
  emit(
    typed<AlongPart>({
      part: 'along',
      lambda: lambdas,
      // Six digits of each: E at lambda = 1 can be a million times E at 0.
      loss: lambdas.map((share) => Number(energy(share).toPrecision(6))),
      linear: lambdas.map((share) => Number((loss + share * gap).toPrecision(6))),
      best,
    }),
  );
  const slope = (small - loss) / (smallLambda * gap);
  emit(numbersPart({ gap, slope, loss, best: best.loss, lambda: best.lambda }));
}

/** nu: in every step, the Dirac at the minimiser of G(., t_l) over Q_r. */
function steepest(
  { setting, rho }: TrainedProblem,
  { states, costates }: Solution,
  state: ViewState,
  engine: Engine,
): {
  /** [L, k] */
  theta: Float64Array;
  values: number[];
  own: number[];
  gap: number;
} {
  const starts = ballStarts(state, minimisation.starts);
  const theta = new Float64Array(rho.slices * rho.size);
  const [values, own]: [number[], number[]] = [[], []];
  for (let l = 0; l < rho.slices; l++) {
    const place = { state: states[l]!, costate: costates[l + 1]! };
    const found = engine.minimise(setting, place, starts, {
      radius: state.radius,
      steps: minimisation.steps,
    });
    theta.set(found.theta, l * rho.size);
    values.push(found.value);
    const weights = weightsAt(rho, l);
    own.push(
      engine.values(setting, place, particlesAt(rho, l)).reduce((sum, g, j) => sum + weights[j]! * g, 0),
    );
  }
  const gap = values.reduce((sum, value, l) => sum + rho.steps[l]! * (value - own[l]!), 0);
  return { theta, values, own, gap };
}
