/** Compares the flow, its adjoint, every gradient, G and a step of the gradient flow with the plain reference. */
import { describe, expect, it } from 'vitest';
import {
  bottleneck,
  familyActivations,
  flowGradient,
  functionalGradient,
  gridMeasure,
  matrix,
  type Problem,
} from '../../src/mean-field/index.ts';
import {
  denseArray,
  type DenseArray,
  family as referenceFamily,
  flowGradient as referenceGradient,
  functionalGradient as referenceG,
  functionalGradientSlope,
  type GridMeasure as ReferenceMeasure,
  type Problem as ReferenceProblem,
  relativeError,
} from '../../src/reference/index.ts';
import { Generator, scope, tensor, type Tensor } from '../../src/tensor/index.ts';

const dense = (x: Tensor): DenseArray => denseArray(x.shape, x.toArray());
/** The kernel's tiles hold 32 particles; the sizes lie on both sides of a tile. */
const sizes = [
  { samples: 3, particles: 2, d: 3, slices: 4 },
  { samples: 9, particles: 35, d: 2, slices: 2 },
];

describe.each(sizes)('N $samples, M $particles, d $d, L $slices', ({ samples, particles, d, slices }) => {
  it.each(familyActivations.flatMap((s) => [['bottleneck', s] as const, ['matrix', s] as const]))(
    '%s %s agrees with the reference',
    (name, activation) => {
      scope(() => {
        const family = name === 'bottleneck' ? bottleneck(activation) : matrix(activation);
        const reference = referenceFamily(name, activation);
        const generator = new Generator(7);
        const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
        const k = family.parameterCount(d);
        const problem = {
          inputs: normal(samples, 4),
          targets: normal(samples, 2),
          embedding: normal(d, 4),
          readout: normal(2, d),
        } satisfies Problem;
        const steps = generator.uniform([slices], 'f64').toArray();
        const measure = gridMeasure(normal(slices, particles, k), {
          steps,
          weight: normal(slices, particles),
          signed: true,
        });
        const plainProblem: ReferenceProblem = {
          inputs: dense(problem.inputs),
          targets: dense(problem.targets),
          embedding: dense(problem.embedding),
          readout: dense(problem.readout),
        };
        const plainMeasure: ReferenceMeasure = {
          steps: Float64Array.from(steps),
          theta: dense(measure.theta),
          weight: dense(measure.weight),
        };
        const ours = flowGradient(problem, family, measure);
        const plain = referenceGradient(plainProblem, reference, plainMeasure);
        const agree = (actual: Tensor | Float64Array | undefined, expected: ArrayLike<number>): void => {
          const values = actual instanceof Float64Array ? actual : actual!.toArray();
          expect(relativeError(values, expected)).toBeLessThan(1e-12);
        };
        expect(Math.abs(ours.loss / plain.loss - 1)).toBeLessThan(1e-13);
        ours.states.forEach((x, l) => {
          agree(x, plain.states[l]!.data);
        });
        ours.costates.forEach((p, l) => {
          agree(p, plain.costates[l]!.data);
        });
        agree(ours.theta, plain.theta.data);
        agree(ours.weight, plain.weight.data);
        agree(ours.steps, plain.steps);
        agree(ours.embedding, plain.embedding.data);
        agree(ours.readout, plain.readout.data);
        const l = slices - 1;
        const theta = normal(1, k);
        const flat = Float64Array.from(theta.toArray());
        const [x, p] = [plain.states[l]!, plain.costates[l + 1]!];
        const g = functionalGradient(ours, l);
        agree(g.value(theta), [referenceG(reference, x, p, flat)]);
        agree(g.slope(theta), functionalGradientSlope(reference, x, p, flat));
      });
    },
  );
});

it('a state whose shape does not match the particles is rejected with one line', () => {
  scope(() => {
    const problem = {
      inputs: tensor([1, 2], [1, 2], { dtype: 'f64' }),
      targets: tensor([1, 2], [1, 2], { dtype: 'f64' }),
    };
    const measure = gridMeasure(new Generator(1).normal([2, 3, 7], 'f64'));
    expect(() => flowGradient(problem, bottleneck(), measure)).toThrow(
      'family bottleneck tanh needs particles [M, 5] for states with 2 features, got shape [3, 7]',
    );
  });
});
