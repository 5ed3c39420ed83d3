/** The energy identity dE/ds = - D along a flow, and the distance that the measure travels. */
import {
  type GradientFunction,
  gridWasserstein,
  type Integrator,
  type wassersteinFlow,
} from '../../mean-field/index.ts';
import { scope } from '../../tensor/index.ts';
import type { Example } from './example.ts';

export interface Path {
  /** |E_0 - E_s - integral of D| / (E_0 - E_s) at the end. */
  readonly identityError: number;
  /** W2(rho_0, rho_s)^2 / (s times the integral of D), the maximum along the path. */
  readonly overDissipated: number;
  /** W2(rho_0, rho_s)^2 / (s (E_0 - E_s)): the maximum along the path, and the value at the end. */
  readonly overDrop: number;
  readonly overDropAtEnd: number;
  /** Pairs (s, E). */
  readonly losses: readonly (readonly [number, number])[];
}

interface PathOptions {
  readonly method: Integrator;
  readonly ds: number;
  readonly until: number;
  /** Number of times to compute W2 along the path; 0: only at the end. */
  readonly looks: number;
  readonly gradient: GradientFunction;
  readonly wassersteinFlow: typeof wassersteinFlow;
}

/** Follows the flow up to time `until`, measuring distances from the start. */
export function followPath({ problem, family, start }: Example, options: PathOptions): Path {
  const { method, ds, until, looks, gradient } = options;
  const steps = Math.round(until / ds);
  const every = looks ? Math.max(1, Math.floor(steps / looks)) : steps;
  let [first, overDissipated, overDrop, overDropAtEnd, identityError] = [0, 0, 0, 0, Infinity];
  const losses: [number, number][] = [];
  scope(() =>
    options.wassersteinFlow(problem, family, start, {
      method,
      ds,
      maxSteps: steps,
      gradient,
      onStep({ step, s, loss, dissipated, measure }) {
        losses.push([s, loss]);
        if (step === 0) first = loss;
        else if (step % every === 0 || step === steps) {
          const square = gridWasserstein(start, measure) ** 2;
          const drop = first - loss;
          overDissipated = Math.max(overDissipated, square / (s * dissipated));
          overDropAtEnd = drop > 0 ? square / (s * drop) : Infinity;
          overDrop = Math.max(overDrop, overDropAtEnd);
          identityError = Math.abs(drop - dissipated) / Math.abs(drop);
        }
      },
    }),
  );
  return { identityError, overDissipated, overDrop, overDropAtEnd, losses };
}
