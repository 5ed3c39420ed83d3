/** C7: near the identity, the gradient of a ResNet is that of a two-layer network. */
import {
  bottleneck,
  type FamilyActivation,
  functionalGradient,
  gaussian,
  gridMeasure,
  independentSlices,
  type Problem,
  solve,
  type Solution,
} from '../../mean-field/index.ts';
import type { Check, Series } from '../../runs/index.ts';
import { type Generator, ops, scope, type Tensor } from '../../tensor/index.ts';
import { within } from '../check.ts';
import type { Claim } from '../claim.ts';
import { fitPower, median } from '../../stats/index.ts';

/** G of the two-layer network at each theta, [m]. */
type TwoLayerGradient = (solution: Solution, theta: Tensor) => Tensor;

/** mean_x f(X(x, 0), theta) . p(x, 1): the same data, readout and residual, without the flow. */
export const twoLayerGradient: TwoLayerGradient = (solution, theta) =>
  scope(() => {
    const { states, costates, family } = solution;
    const values = family.values(states[0]!, theta);
    const product = ops.sumDim(ops.mul(values, costates.at(-1)!), [1, 2]);
    return ops.divScalar(product, states[0]!.shape[0] ?? 1);
  });

const sizes = [0.1, 0.03, 0.01, 0.003, 0.001];
const slices = 10;

export const c7: Claim<{ twoLayerGradient: TwoLayerGradient }> = {
  id: 'C7',
  title: "A ResNet's gradient resembles the two-layer network's",
  statement:
    'G_ResNet(theta, t) = mean f(X(x, t), theta) . p(x, t) becomes mean f(x, theta) . p(x, 1), at every depth t, as rho becomes small.',
  parts: { twoLayerGradient },
  measure({ draw, quick, progress }, parts) {
    const draws = quick ? 5 : 20;
    const rows = (['tanh', 'relu'] as const).map((activation, a) => {
      const angles = Array.from({ length: draws }, (_, i) => {
        progress((a * draws + i) / (2 * draws));
        return scope(() => anglesOf(draw(1000 * a + i), activation, parts.twoLayerGradient));
      });
      const slope = median(angles.map((values) => fitPower(sizes, values).slope));
      return {
        activation,
        slope,
        middle: sizes.map((_, j) => median(angles.map((values) => values[j] ?? NaN))),
      };
    });
    return {
      sentence:
        'Over random blocks theta and all depths, one minus the cosine between the two gradients decreases as the square of the size of rho.',
      checks: rows.map(({ activation, slope }): Check =>
        within(
          { name: `slope of 1 - cos in the size of rho, ${activation}, median over draws`, measured: slope },
          2,
          0.05,
        ),
      ),
      panels: [
        {
          title: 'Angle between the two gradients',
          x: { title: 'eps, the mass of rho', log: true },
          y: { title: '1 - cos, median over draws, worst depth', log: true },
          series: rows.map(({ activation, middle }): Series => ({
            name: activation,
            points: sizes.map((eps, j) => [eps, middle[j] ?? NaN]),
          })),
        },
      ],
    };
  },
};

/** The largest 1 - cos over depth, for each size of rho. */
function anglesOf(generator: Generator, activation: FamilyActivation, twoLayer: TwoLayerGradient): number[] {
  const [samples, features, d, outputs, particles, probes] = [20, 3, 4, 2, 16, 200];
  const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
  const family = bottleneck(activation);
  const k = family.parameterCount(d);
  const problem: Problem = {
    inputs: normal(samples, features),
    targets: normal(samples, outputs),
    embedding: normal(d, features),
    readout: normal(outputs, d),
  };
  const rho = gridMeasure(independentSlices(gaussian(), generator, slices, particles, k, 'f64'));
  const theta = normal(probes, k);
  return sizes.map((eps) =>
    scope(() => {
      const solution = solve(problem, family, rho.withWeight(ops.mulScalar(rho.weight, eps)));
      const reference = twoLayer(solution, theta);
      const along = Array.from({ length: slices }, (_, l) =>
        scope(() => oneMinusCosine(functionalGradient(solution, l).value(theta), reference)),
      );
      return Math.max(...along);
    }),
  );
}

/** |u / |u| - v / |v||^2 / 2: no cancellation for u and v that are nearly parallel. */
function oneMinusCosine(u: Tensor, v: Tensor): number {
  const unit = (x: Tensor): Tensor => ops.div(x, ops.norm(x));
  const difference = ops.sub(unit(u), unit(v));
  return ops.dot(difference, difference).item() / 2;
}
