/** Random problems for the mean-field model: family, activation, integrator, measure, outputs, loss. */
import {
  bottleneck,
  crossEntropyLoss,
  customFamily,
  type Family,
  familyActivations,
  gridMeasure,
  type Integrator,
  integrators,
  intervalMeasure,
  matrix,
  type ParticleMeasure,
  type Problem,
  squaredLoss,
} from '../../src/mean-field/index.ts';
import { Generator, ops, type Tensor } from '../../src/tensor/index.ts';

export interface Configuration {
  readonly name: string;
  readonly problem: Problem;
  readonly family: Family;
  readonly integrator: Integrator;
  /** Rebuilds the measure with other particles, weights and linear maps, for autograd and differences. */
  readonly measure: ParticleMeasure;
  readonly rebuild: (theta: Tensor, weight: Tensor) => ParticleMeasure;
}

/** The configuration with that number; deterministic. */
export function configuration(number: number): Configuration {
  const generator = new Generator(1000 + number);
  const uniform = (count: number): number[] => generator.uniform([count], 'f64').toArray();
  const choose = <T>(list: readonly T[]): T => list[Math.floor((uniform(1)[0] ?? 0) * list.length)]!;
  const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
  const [samples, d, features] = [choose([1, 3, 7]), choose([1, 2, 5]), choose([2, 4])];
  const activation = choose(familyActivations);
  const kind = choose(['bottleneck', 'matrix', 'custom'] as const);
  const family =
    kind === 'bottleneck' ? bottleneck(activation) : kind === 'matrix' ? matrix(activation) : swirl(d);
  const integrator = choose(integrators);
  const [embedded, read, classes] = [choose([true, false]), choose([true, false]), choose([true, false])];
  const inputs = normal(samples, embedded ? features : d);
  const outputs = read ? choose([1, 2, 3]) : d;
  const targets = normal(samples, outputs);
  const problem: Problem = {
    inputs,
    targets: classes ? ops.div(ops.exp(targets), ops.sumDim(ops.exp(targets), [1], true)) : targets,
    embedding: embedded ? normal(d, features) : undefined,
    readout: read ? normal(outputs, d) : undefined,
    loss: classes ? crossEntropyLoss : squaredLoss,
  };
  const [k, slices, particles] = [family.parameterCount(d), choose([1, 2, 5]), choose([1, 3, 6])];
  const intervals = choose([true, false]);
  const lengths = uniform(slices).map((h) => h + 0.1);
  const begins = uniform(particles);
  const ends = uniform(particles).map((length, i) => (begins[i] ?? 0) + length);
  const rebuild = (theta: Tensor, weight: Tensor): ParticleMeasure =>
    intervals
      ? intervalMeasure(theta, { tau: begins, tauEnd: ends, weight, signed: true })
      : gridMeasure(theta, { steps: lengths, weight, signed: true });
  const shape = intervals ? [particles] : [slices, particles];
  return {
    name: `${number}: ${family.name}, ${integrator}, ${intervals ? 'intervals' : 'grid'}, ${classes ? 'cross-entropy' : 'squared'}, d ${d}, C ${outputs}`,
    problem,
    family,
    integrator,
    measure: rebuild(normal(...shape, k), normal(...shape)),
    rebuild,
  };
}

/** A custom family: sin of a linear map, times one parameter per feature. */
function swirl(d: number): Family {
  return customFamily({
    name: 'swirl',
    parameterCount: 2 * d,
    value: (x, theta) =>
      ops.mul(ops.sin(ops.mul(x, ops.sliceDim(theta, 0, 0, d))), ops.sliceDim(theta, 0, d, 2 * d)),
  });
}
