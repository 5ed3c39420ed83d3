/** C14 holds at seed 1 and catches planted faults. */
import { describe, it } from 'vitest';
import { solveFlow } from '../../src/mean-field/index.ts';
import { ops } from '../../src/tensor/index.ts';
import { c14 } from '../../src/theory/claims/c14-regular-weights.ts';
import { independentBlocks, meanVelocity } from '../../src/theory/gaussian-blocks.ts';
import { expectCaught, expectHolds } from './planted-fault.ts';

it('C14 holds', () => {
  expectHolds(c14);
});
describe('C14 catches', () => {
  it('an averaged ODE without the part of a that depends on w', () => {
    expectCaught(c14, {
      meanVelocity: (blocks, state) =>
        meanVelocity({ ...blocks, slope: ops.mulScalar(blocks.slope, 0) }, state),
    });
  });
  it('an averaged ODE that evaluates the block at the mean weights', () => {
    expectCaught(c14, { meanVelocity: (blocks, state) => meanVelocity({ ...blocks, variance: 0 }, state) });
  });
  it('a residual scale of 1/sqrt(L)', () => {
    expectCaught(c14, {
      solveFlow: (problem, family, measure, options) =>
        solveFlow(
          problem,
          family,
          {
            ...measure,
            steps: measure.steps.map(Math.sqrt),
            particles: (l, c) => measure.particles(l, c),
          },
          options,
        ),
    });
  });
  it('weights drawn independently at each depth in place of smooth ones', () => {
    expectCaught(c14, {
      smoothBlocks: (blocks, generator, particles) => (depths) =>
        independentBlocks(blocks, generator, depths.length, particles),
    });
  });
});
