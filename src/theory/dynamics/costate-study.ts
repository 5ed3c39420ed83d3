/** The construction of the proof at one depth: compares dE with - |Pi_m p|^2 - integral of G drho. */
import {
  energy,
  type fitCostate,
  type functionalGradient,
  mixtureInStep,
  integrateOverSlice,
  solve,
} from '../../mean-field/index.ts';
import { type Generator, ops, scope } from '../../tensor/index.ts';
import type { Example } from './example.ts';

export interface CostateParts {
  readonly functionalGradient: typeof functionalGradient;
  readonly fitCostate: typeof fitCostate;
}

export interface CostateRow {
  /** m / N. */
  readonly share: number;
  /** |Pi_m p|^2 / |p|^2. */
  readonly captured: number;
  /** - integral of G dnu / |p|^2. */
  readonly reached: number;
  /** dE/(lambda h) at lambda = 1e-4, and the value that the construction predicts. */
  readonly measured: number;
  readonly promised: number;
}

/** For each m / N, a nu at step l whose integral equals - Pi_m p on the data. */
export function costateRows(
  { problem, family, start }: Example,
  l: number,
  shares: readonly number[],
  generator: Generator,
  parts: CostateParts,
): CostateRow[] {
  return scope(() => {
    const lambda = 1e-4;
    const solution = solve(problem, family, start);
    const gradient = parts.functionalGradient(solution, l);
    const own = integrateOverSlice(gradient, start, l);
    const [state, costate] = [solution.states[l]!, solution.costates[l + 1]!];
    const [samples = 0, d = 1] = state.shape;
    return shares.map((share) =>
      scope(() => {
        const count = Math.round(share * samples);
        const options = { count, generator, spread: 2 / Math.sqrt(d) };
        const { theta, captured, total } = parts.fitCostate(state, costate, options);
        const nu = { theta, weight: ops.full([count], 1 / count, 'f64') };
        const there = energy(problem, family, mixtureInStep(start, l, nu, lambda));
        return {
          share,
          captured: captured / total,
          reached: -ops.dot(gradient.value(theta), nu.weight).item() / total,
          measured: (there - solution.loss) / (lambda * (start.steps[l] ?? 0)),
          promised: -captured - own,
        };
      }),
    );
  });
}
