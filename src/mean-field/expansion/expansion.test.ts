import { describe, expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { relativeError } from '../../reference/index.ts';
import { Generator, ops, type Tensor } from '../../tensor/index.ts';
import { bottleneck, customFamily, type Family, matrix } from '../families/index.ts';
import { solveFlow } from '../gradient.ts';
import { gridMeasure, intervalMeasure } from '../measures/index.ts';
import { explicitOrders } from './explicit.ts';
import { expandFlow } from './power-series.ts';

const generator = new Generator(1);
const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
const inputs = normal(5, 3);
const problem = { inputs, targets: inputs };
const grid = (family: Family): ReturnType<typeof gridMeasure> =>
  gridMeasure(normal(4, 3, family.parameterCount(3)), { steps: [0.1, 0.3, 0.2, 0.4] });

describe('the expansion of a flow', () => {
  it.each([bottleneck('softplus'), bottleneck('erf'), matrix('gelu')])(
    'of $name sums to the flow at a small size of rho',
    (family) => {
      const rho = grid(family);
      const coefficients = expandFlow(problem, family, rho, 12);
      const eps = 0.02;
      const sum = coefficients
        .map((one, k) => ops.mulScalar(one, eps ** k))
        .reduce((total, one) => ops.add(total, one));
      const exact = solveFlow(problem, family, rho.withWeight(ops.mulScalar(rho.weight, eps))).at(-1)!;
      expect(relativeError(sum.toArray(), exact.toArray())).toBeLessThan(1e-13);
    },
  );

  it('starts with the inputs, and with one block ends after the first order', () => {
    const family = bottleneck();
    const one = gridMeasure(normal(1, 3, 7));
    const [zeroth, first, second] = expandFlow(problem, family, one, 2);
    expect(zeroth!.toArray()).toEqual(inputs.toArray());
    expect(first!.toArray()).toEqual(family.velocity(inputs, one.particles(0, 0)).toArray());
    expect(second!.toArray().every((value) => value === 0)).toBe(true);
  });

  it('supports interval measures', () => {
    const family = matrix();
    const rho = intervalMeasure(normal(4, 9), { tau: [0.2, 0.9, 0.4, 1] });
    const [, first, second] = expandFlow(problem, family, rho, 2);
    const explicit = explicitOrders(problem, 'tanh', rho);
    expect(relativeError(explicit.first.toArray(), first!.toArray())).toBeLessThan(1e-14);
    expect(relativeError(explicit.second.toArray(), second!.toArray())).toBeLessThan(1e-13);
  });

  it.each([
    ['relu', bottleneck('relu'), 'relu is not smooth'],
    [
      'a custom family',
      customFamily({ name: 'own', parameterCount: 3, value: (x, theta) => ops.mul(x, theta) }),
      'family own has no power series: use bottleneck or matrix blocks',
    ],
  ])('rejects %s', (_, family, message) => {
    const rho = grid(family);
    expect(() => expandFlow(problem, family, rho, 2)).toThrow(UsageError);
    expect(() => expandFlow(problem, family, rho, 2)).toThrow(message);
  });

  it('rejects a negative order', () => {
    expect(() => expandFlow(problem, matrix(), grid(matrix()), -1)).toThrow(UsageError);
  });
});
