/** Compares the tangent kernel with the one from PyTorch's Jacobian of the same net. */
import { describe, expect, it } from 'vitest';
import {
  bottleneck,
  type FamilyActivation,
  gridMeasure,
  matrix,
  type Metric,
  metrics,
  tangentKernel,
} from '../../src/mean-field/index.ts';
import { relativeError } from '../../src/reference/index.ts';
import { Generator, ops, type Tensor } from '../../src/tensor/index.ts';
import { ask, python, versionOf } from '../peers/python.ts';

const version = versionOf('torch');
const title = version ? `PyTorch ${version}` : `PyTorch: skipped, ${python} has no torch`;

const nested = (x: Tensor): unknown =>
  x.rank === 1 ? x.toArray() : ops.unbind(x, 0).map((row) => nested(row));

function kernels(
  name: 'bottleneck' | 'matrix',
  activation: FamilyActivation,
  metric: Metric,
): [ours: number[], theirs: number[]] {
  const family = { bottleneck, matrix }[name](activation);
  const generator = new Generator(3);
  const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
  const [samples, features, d, outputs, slices, particles] = [7, 3, 4, 2, 4, 6];
  const problem = {
    inputs: normal(samples, features),
    targets: normal(samples, outputs),
    embedding: normal(d, features),
    readout: normal(outputs, d),
  };
  const weight = ops.addScalar(generator.uniform([slices, particles], 'f64'), 0.1);
  const measure = gridMeasure(normal(slices, particles, family.parameterCount(d)), {
    weight,
    steps: [0.1, 0.4, 0.2, 0.3],
  });
  const theirs = ask('ntk_torch.py', {
    ...Object.fromEntries(Object.entries(problem).map(([key, x]) => [key, nested(x)])),
    theta: nested(measure.theta),
    weight: nested(weight),
    steps: measure.steps,
    family: name,
    activation,
    metric,
  });
  return [tangentKernel(problem, family, measure, { metric }).toArray(), theirs as number[]];
}

describe.skipIf(!version)(title, () => {
  it.each([
    ['bottleneck', 'tanh', metrics[0]],
    ['bottleneck', 'gelu', metrics[1]],
    ['bottleneck', 'relu', metrics[0]],
    ['matrix', 'erf', metrics[0]],
    ['matrix', 'softplus', metrics[1]],
  ] as const)('%s, %s, %s: the kernel of its Jacobian', (name, activation, metric) => {
    const [ours, theirs] = kernels(name, activation, metric);
    const error = relativeError(ours, theirs);
    if (process.env.SHOW_ERRORS) process.stdout.write(`${name} ${activation} ${metric}: ${error}\n`);
    expect(error).toBeLessThan(1e-12);
  });
});
