/** C13 holds at seed 1 and catches planted faults. */
import { describe, it } from 'vitest';
import { gridMeasure } from '../../src/mean-field/index.ts';
import { ops } from '../../src/tensor/index.ts';
import { tauGradient } from '../../src/theory/algorithm-one/stage.ts';
import { overlapping, type Scheme, sorted } from '../../src/theory/algorithm-one/nets.ts';
import { c13 } from '../../src/theory/claims/c13-algorithm-one.ts';
import { expectCaught, expectHolds } from './planted-fault.ts';

it('C13 holds', () => {
  expectHolds(c13);
});
describe('C13 catches', () => {
  it('dE/dtau without the gap after it', () => {
    expectCaught(c13, { breakGradient: ({ steps }) => steps });
  });
  it('dE/dtau with the wrong sign', () => {
    expectCaught(c13, {
      breakGradient: ({ steps }) => Array.from(steps, (slope, l) => (steps[l + 1] ?? 0) - slope),
    });
  });
  it('dE/dtau of the whole net with the entries of two blocks swapped', () => {
    expectCaught(c13, { tauGradient: (...given) => ops.flip(tauGradient(...given), [0]) });
  });
  it('blocks in creation order, with absolute gaps', () => {
    const unsorted: Scheme = (theta, tau) =>
      gridMeasure(ops.unsqueeze(theta, 1), {
        steps: tau.map((end, i) => Math.abs(end - (tau[i - 1] ?? 0))),
      });
    expectCaught(c13, { sorted: unsorted });
  });
  it('sorted tiles in place of overlapping intervals', () => {
    expectCaught(c13, { overlapping: sorted });
  });
  it('overlapping intervals in place of a sequence', () => {
    expectCaught(c13, { sequential: overlapping });
  });
});
