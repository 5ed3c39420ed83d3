/** C3: G = dE/drho is the first variation of the loss. */
import {
  bottleneck,
  energy,
  type Family,
  functionalGradient,
  gridMeasure,
  type GridMeasure,
  type Measure,
  mixture,
  refineSteps,
  type Problem,
  solve,
  type Solution,
} from '../../mean-field/index.ts';
import { type Generator, ops, scope, type Tensor } from '../../tensor/index.ts';
import { atMost, within } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { fitPower, median } from '../../stats/index.ts';

interface Parts {
  readonly functionalGradient: typeof functionalGradient;
}

const lambdas = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5];

export const c3: Claim<Parts> = {
  id: 'C3',
  title: 'G is the first variation of the loss',
  statement: 'E(rho + lambda (nu - rho)) = E(rho) + lambda <dE/drho, nu - rho> + o(lambda).',
  parts: { functionalGradient },
  measure(setting, parts) {
    const { draw, quick, progress } = setting;
    const pairs = quick ? 8 : 20;
    const remainders = Array.from({ length: pairs }, (_, i) => {
      progress(i / pairs);
      return scope(() => remaindersOf(example(draw(i), 5), parts));
    });
    const slopes = remainders.map((values) => fitPower(lambdas, values, 1e-14).slope);
    return {
      sentence:
        'The remainder after the linear term decreases as lambda^2. For a single step it equals its closed form, the square of the difference of the two velocities.',
      checks: [
        within(
          { name: 'slope of the remainder in lambda, median over pairs', measured: median(slopes) },
          2,
          0.05,
        ),
        atMost(
          {
            name: 'remainder at L = 1 against its formula, relative error',
            measured: oneStep(setting, parts),
          },
          1e-13,
        ),
      ],
      panels: [
        {
          title: 'Remainder after the linear term',
          x: { title: 'lambda', log: true },
          y: { title: 'abs(E(lambda) - E(0) - lambda <G, nu - rho>)', log: true },
          series: remainders.slice(0, 5).map((values, i) => ({
            name: `pair ${i + 1}`,
            points: lambdas.map((lambda, j) => [lambda, values[j] ?? NaN]),
          })),
        },
      ],
    };
  },
};

interface Pair {
  readonly problem: Problem;
  readonly family: Family;
  readonly rho: GridMeasure;
  readonly nu: GridMeasure;
}

/** Two measures on different depth grids, so that their mixture needs the common grid. */
function example(generator: Generator, slices: number): Pair {
  const [samples, features, d, outputs, particles] = [8, 3, 4, 2, 6];
  const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
  const family = bottleneck('tanh');
  const k = family.parameterCount(d);
  return {
    family,
    problem: {
      inputs: normal(samples, features),
      targets: normal(samples, outputs),
      embedding: normal(d, features),
      readout: normal(outputs, d),
    },
    rho: gridMeasure(normal(slices, particles, k)),
    nu: gridMeasure(normal(Math.max(1, slices - 2), particles, k)),
  };
}

/** <G, nu - rho>, from G at the particles of both measures on the common grid. */
function linearTerm({ rho, nu }: Pair, solution: Solution, parts: Parts): number {
  const { steps } = solution.measure;
  const [from, to] = [refineSteps(rho, steps), refineSteps(nu, steps)];
  return steps.reduce((sum, h, l) => {
    const g = parts.functionalGradient(solution, l);
    const average = (measure: Measure): number => {
      const { theta, weight } = measure.particles(l, 0);
      return ops.dot(g.value(theta), weight).item();
    };
    return sum + h * (average(to) - average(from));
  }, 0);
}

function remaindersOf(pair: Pair, parts: Parts): number[] {
  const { problem, family, rho, nu } = pair;
  const start = solve(problem, family, mixture(rho, nu, 0));
  const slope = linearTerm(pair, start, parts);
  return lambdas.map((lambda) =>
    Math.abs(scope(() => energy(problem, family, mixture(rho, nu, lambda))) - start.loss - lambda * slope),
  );
}

/** At L = 1 the loss is a parabola in lambda, with remainder lambda^2 / 2 mean |W1 h (F_nu - F_rho)|^2. */
function oneStep({ draw, quick }: ClaimContext, parts: Parts): number {
  const errors = Array.from({ length: quick ? 5 : 20 }, (_, i) =>
    scope(() => {
      const pair = example(draw(1000 + i), 1);
      const { problem, family, rho, nu } = pair;
      const start = solve(problem, family, mixture(rho, nu, 0));
      const [state] = start.states;
      const difference = ops.sub(
        family.velocity(state!, nu.particles(0, 0)),
        family.velocity(state!, rho.particles(0, 0)),
      );
      const moved = ops.mm(difference, ops.transpose(problem.readout!, 0, 1));
      const square = ops.sum(ops.mul(moved, moved)).item() / (state!.shape[0] ?? 1);
      const slope = linearTerm(pair, start, parts);
      const remainder = energy(problem, family, mixture(rho, nu, 1)) - start.loss - slope;
      return Math.abs(remainder - square / 2) / Math.max(start.loss, square / 2);
    }),
  );
  return Math.max(...errors);
}
