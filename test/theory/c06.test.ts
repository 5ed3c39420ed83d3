/** C6 holds at seed 1 and catches planted faults. */
import { describe, it } from 'vitest';
import { expandFlow, explicitOrders, type Family } from '../../src/mean-field/index.ts';
import { ops } from '../../src/tensor/index.ts';
import { c6 } from '../../src/theory/claims/c06-expansion.ts';
import { expectCaught, expectHolds } from './planted-fault.ts';

type VelocitySeries = NonNullable<Family['velocitySeries']>;

/** The expansion with a modified velocity series. */
const withVelocity =
  (change: (right: VelocitySeries) => VelocitySeries): typeof expandFlow =>
  (problem, family, rho, order) =>
    expandFlow(problem, { ...family, velocitySeries: change(family.velocitySeries!) }, rho, order);

it('C6 holds', () => {
  expectHolds(c6);
});
describe('C6 catches', () => {
  it('blocks with half of their interaction', () => {
    const fault = withVelocity(
      (right) => (state, particles) =>
        right(
          state.map((x, k) => (k === 0 ? x : ops.mulScalar(x, 0.5))),
          particles,
        ),
    );
    expectCaught(c6, { expandFlow: fault });
  });
  it('a wrong sign in the second order', () => {
    const fault = withVelocity(
      (right) => (state, particles) =>
        right(state, particles).map((one, k) => (k === 1 ? ops.neg(one) : one)),
    );
    expectCaught(c6, { expandFlow: fault });
  });
  it('a fifth order without its factor', () => {
    expectCaught(c6, {
      expandFlow: (...given) => expandFlow(...given).map((one, k) => (k === 5 ? ops.mulScalar(one, 5) : one)),
    });
  });
  it('the sum on the slide, whose second integral omits a factor 1/L', () => {
    expectCaught(c6, {
      explicitOrders: (problem, activation, rho) => {
        const { first, second } = explicitOrders(problem, activation, rho);
        return { first, second: ops.mulScalar(second, rho.steps.length) };
      },
    });
  });
});
