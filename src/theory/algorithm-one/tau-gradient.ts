/** dE/dtau of Algorithm 1: from the scheme, from differences, and in the limit of continuous depth. */
import {
  breakGradient,
  energy,
  type FlowGradient,
  flowGradient,
  type IntervalMeasure,
  intervalMeasure,
  type Particles,
  solve,
} from '../../mean-field/index.ts';
import { type Generator, ops, scope, type Tensor } from '../../tensor/index.ts';
import { median } from '../../stats/index.ts';
import { type Arrangement, type Chain, drawnChain } from './nets.ts';

/** dE/dt at the breaks of a measure, computed from the gradient of its flow. */
export type BreakGradient = (gradient: Pick<FlowGradient, 'steps'>) => ArrayLike<number>;

/**
 * Largest difference to central differences divided by the largest derivative, moving one break at a time: the
 * breaks of sorted tiles, or every start and end of overlapping intervals.
 */
export function differenceError(
  generator: Generator,
  n: number,
  kind: 'sorted tiles' | 'intervals',
  gradientOf: BreakGradient = breakGradient,
): number {
  const { problem, family, theta } = drawnChain(generator, n, 'i.i.d.');
  const numbers = generator.uniform([2, n], 'f64').toArray();
  const [tau, tauEnd] =
    kind === 'sorted tiles'
      ? [numbers.slice(0, n), undefined]
      : [
          numbers.slice(0, n).map((u) => 0.01 + 0.5 * u),
          numbers.slice(n).map((u, i) => 0.02 + 0.5 * (numbers[i] ?? 0) + 0.4 * u),
        ];
  const build = (starts: readonly number[], ends: readonly number[] | undefined): IntervalMeasure =>
    intervalMeasure(theta, { tau: starts, tauEnd: ends });
  const measure = build(tau, tauEnd);
  const ours = gradientOf(flowGradient(problem, family, measure));
  const moved = (i: number, by: number): number =>
    scope(() => {
      const shift = (x: number, j: number): number => (j === i ? x + by : x);
      const next = build(
        tau.map(shift),
        tauEnd?.map((x, j) => shift(x, j + n)),
      );
      return energy(problem, family, next);
    });
  const step = 4e-5 / n;
  const places = [...tau, ...(tauEnd ?? [])];
  const pairs = places.map((place, i) => {
    const expected = (moved(i, step) - moved(i, -step)) / (2 * step);
    return [ours[measure.breaks.indexOf(place) - 1] ?? NaN, expected] as const;
  });
  const largest = Math.max(...pairs.map(([, expected]) => Math.abs(expected)));
  return Math.max(...pairs.map(([own, expected]) => Math.abs(own - expected))) / largest;
}

/**
 * The median, over the inner breaks of all chains, of the absolute difference between the scheme's dE/dtau and
 * mean p . (f(X, theta^l) - f(X, theta^{l+1})) at tau^l along the ODE with the same blocks. (Not the mean: its few
 * largest terms grow with the number of terms.)
 */
export function distanceToContinuous(
  generators: readonly Generator[],
  n: number,
  arrangement: Arrangement,
  gradientOf: BreakGradient = breakGradient,
): number {
  return median(
    generators.flatMap((generator) =>
      scope(() => {
        const chain = drawnChain(generator, n, arrangement);
        const measure = intervalMeasure(chain.theta, {
          tau: Array.from({ length: n }, (_, i) => (i + 1) / n),
        });
        const scheme = gradientOf(flowGradient(chain.problem, chain.family, measure));
        const limit = continuousGradient(chain, measure);
        return limit.map((value, l) => Math.abs(value - (scheme[l] ?? NaN)));
      }),
    ),
  );
}

/** The continuous derivative at the inner breaks, by RK4 on the same tiles. */
function continuousGradient({ problem, family, theta }: Chain, measure: IntervalMeasure): number[] {
  const [n = 0] = theta.shape;
  const { states, costates } = solve(problem, family, measure, { integrator: 'rk4' });
  const one = ops.full([1], 1, 'f64');
  const samples = problem.inputs.shape[0] ?? 1;
  const value = (l: number, block: number): number => {
    const particles: Particles = { theta: ops.sliceDim(theta, 0, block, block + 1), weight: one };
    const pulled: { weight?: Tensor } = family.pullback(states[l]!, particles, costates[l]!, {
      weight: true,
    });
    return pulled.weight!.item() / samples;
  };
  return Array.from({ length: n - 1 }, (_, l) => scope(() => value(l + 1, l) - value(l + 1, l + 1)));
}
