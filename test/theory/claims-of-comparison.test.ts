/** C7 and C8 hold at seed 1 and catch planted faults. */
import { describe, it } from 'vitest';
import { energy, type Measure } from '../../src/mean-field/index.ts';
import { ops } from '../../src/tensor/index.ts';
import { c7, twoLayerGradient } from '../../src/theory/claims/c07-two-layer-gradient.ts';
import { c8 } from '../../src/theory/claims/c08-convexity.ts';
import { expectCaught, expectHolds } from './planted-fault.ts';

it('C7 holds', () => {
  expectHolds(c7);
});
describe('C7 catches', () => {
  it('a two-layer gradient with the wrong sign', () => {
    expectCaught(c7, { twoLayerGradient: (...given) => ops.neg(twoLayerGradient(...given)) });
  });
  it('a two-layer gradient without the residual', () => {
    expectCaught(c7, {
      twoLayerGradient: (solution, theta) =>
        twoLayerGradient({ ...solution, costates: [ops.mulScalar(solution.states[0]!, 1)] }, theta),
    });
  });
});

it('C8 holds', () => {
  expectHolds(c8);
});
describe('C8 catches', () => {
  const deepen = (measure: Measure): Measure => ({
    steps: measure.steps.flatMap((h) => [h / 2, h / 2]),
    particles: (l, c) => measure.particles(Math.floor(l / 2), c),
  });
  it('two steps of depth in place of one', () => {
    expectCaught(c8, {
      energy: (problem, family, measure, options) => energy(problem, family, deepen(measure), options),
    });
  });
  it('a missing readout', () => {
    expectCaught(c8, {
      energy: (problem, family, measure, options) =>
        energy(
          { ...problem, readout: problem.readout && ops.mulScalar(problem.readout, 2) },
          family,
          measure,
          options,
        ),
    });
  });
});
