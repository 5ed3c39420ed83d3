/** The adjoint equation: costates carried back through depth, and the lemma that bounds them from below. */
import { spectralNorms } from '../../../../reference/index.ts';
import type { Engine, Rho, Setting, Solution } from '../../engine.ts';
import { type ViewState, dataKnobs, pretrainingKnobs, rhoKnobs } from '../../knobs.ts';
import { compact, type Emit, grid, type Grid, joined, numbersPart, type Part, typed } from '../../parts.ts';
import { depthsOf } from '../../rho.ts';
import {
  pretrainingCost,
  flowPart,
  gradientPasses,
  passCost,
  pointsPart,
  rms,
  trainedProblem,
  windowOf,
} from '../common.ts';

export interface CostatePart extends Part {
  readonly part: 'costate';
  readonly depths: readonly number[];
  /** [L + 1, N, d] */
  readonly costates: Grid;
  /** RMS over points of abs(p(., t)), the lower bound of the lemma for this scheme, and the talk's literal bound. */
  readonly norms: readonly number[];
  readonly bound: readonly number[];
  readonly literal: readonly number[];
  /** K_l of each step: the largest norm of grad_x F over the points, [L]. */
  readonly rates: readonly number[];
}

export const knobs = ['t', ...dataKnobs, ...rhoKnobs, ...pretrainingKnobs] as const;

export const cost = (state: ViewState): number =>
  pretrainingCost(state) + (gradientPasses + 6) * passCost(state);

export function compute(state: ViewState, engine: Engine, emit: Emit): void {
  const trained = trainedProblem(state, engine, emit);
  const { setting, rho, data } = trained;
  const { d, samples } = setting.problem;
  const solution = engine.solve(setting, rho);
  const { states, costates, loss } = solution;
  emit(pointsPart(state, data, windowOf(d, ...states)));
  emit(flowPart('flow', trained, states));
  const { norms, bound, literal, rates, ratio } = lemma(setting, rho, solution, engine);
  emit(
    typed<CostatePart>({
      part: 'costate',
      depths: depthsOf(rho),
      costates: grid([costates.length, samples, d], joined(costates)),
      norms: compact(norms),
      bound: compact(bound),
      literal: compact(literal),
      rates: compact(rates),
    }),
  );
  emit(numbersPart({ ratio, norm: norms[0]!, end: norms.at(-1)!, loss }));
}

/**
 * norm(p^l) >= prod_{m >= l} (1 - h_m K_m) norm(p^L), where K_m is the largest norm of grad_x F_m over the points.
 * `literal` is the talk's version, with the exponential of the sum, and E in place of norm(p^L).
 */
function lemma(
  setting: Setting,
  rho: Rho,
  { states, costates, loss }: Solution,
  engine: Engine,
): { norms: number[]; bound: number[]; literal: number[]; rates: number[]; ratio: number } {
  const { d, samples } = setting.problem;
  const norms = costates.map((p) => rms(p, d));
  const rates = Array.from(rho.steps, (_, l) => {
    const data = engine.jacobians(setting, rho, l, states[l]!);
    return Math.max(...spectralNorms({ shape: [samples, d, d], data }));
  });
  const bound = [norms.at(-1)!];
  const literal = [loss];
  let exponent = 0;
  for (let l = rho.slices - 1; l >= 0; l--) {
    const hk = rho.steps[l]! * rates[l]!;
    exponent += hk;
    bound.unshift(bound[0]! * Math.max(0, 1 - hk));
    literal.unshift(loss * Math.exp(-exponent));
  }
  const ratios = rates.map((_, l) => (bound[l]! > 0 ? norms[l]! / bound[l]! : Infinity));
  return { norms, bound, literal, rates, ratio: Math.min(...ratios) };
}
