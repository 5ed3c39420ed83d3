import { expect, it } from 'vitest';
import { Generator } from '../tensor/index.ts';
import { breakGradient } from './break-gradient.ts';
import { bottleneck } from './families/index.ts';
import { energy, flowGradient } from './gradient.ts';
import { intervalMeasure } from './measures/index.ts';

it('for sorted tiles it is the derivative of E with respect to each tau', () => {
  const generator = new Generator(1);
  const inputs = generator.normal([4, 3], 'f64');
  const problem = { inputs, targets: generator.normal([4, 3], 'f64') };
  const family = bottleneck('gelu');
  const theta = generator.normal([4, 7], 'f64');
  const tau = [0.7, 0.2, 1.1, 0.4];
  const at = (values: readonly number[]): number =>
    energy(problem, family, intervalMeasure(theta, { tau: values }));
  const measure = intervalMeasure(theta, { tau });
  const ours = breakGradient(flowGradient(problem, family, measure));
  tau.forEach((place, i) => {
    const moved = (by: number): number => at(tau.map((value, j) => (j === i ? value + by : value)));
    const expected = (moved(1e-6) - moved(-1e-6)) / 2e-6;
    expect(Math.abs((ours[measure.breaks.indexOf(place) - 1] ?? NaN) - expected)).toBeLessThan(1e-8);
  });
});
