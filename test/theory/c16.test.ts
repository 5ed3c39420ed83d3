/** C16 holds at seed 1 and catches planted faults. */
import { describe, expect, it } from 'vitest';
import { Generator, ops, scope } from '../../src/tensor/index.ts';
import { c16, jump, kick } from '../../src/theory/claims/c16-dirac.ts';
import { pulseExample, relaxed, schemeFlow, split } from '../../src/theory/claims/c16-pulse.ts';
import { expectCaught, expectHolds } from './planted-fault.ts';

it('C16 holds', () => {
  expectHolds(c16);
});
describe('C16 catches', () => {
  it('a jump with the wrong sign', () => {
    expectCaught(c16, {
      jump: ({ pulse, ...rest }, state) => jump({ ...rest, pulse: { ...pulse, mass: -pulse.mass } }, state),
    });
  });
  it('a weight that does not grow as the width shrinks', () => {
    expectCaught(c16, {
      relaxed: ({ pulse, ...rest }, width) =>
        relaxed({ ...rest, pulse: { ...pulse, mass: pulse.mass * width } }, width),
    });
  });
  it("the scheme's jump taken for the limit of the ODE", () => {
    expectCaught(c16, { kick: jump });
  });
  it('a flow along f for half the time', () => {
    expectCaught(c16, {
      kick: ({ pulse, ...rest }, state) =>
        kick({ ...rest, pulse: { ...pulse, mass: pulse.mass / 2 } }, state),
    });
  });
  it('a particle that acts at another depth', () => {
    expectCaught(c16, {
      relaxed: ({ pulse, ...rest }, width) => relaxed({ ...rest, pulse: { ...pulse, at: 0.9 } }, width),
    });
  });
});

it('splitting the flow at a depth where no interval ends gives the same state', () => {
  scope(() => {
    const example = pulseExample(new Generator(3));
    const { family, start, others } = example;
    const [before, after] = split(example);
    const total = [...before.steps, ...after.steps].reduce((sum, h) => sum + h, 0);
    expect(total).toBeCloseTo(1, 14);
    const cut = schemeFlow(family, schemeFlow(family, start, before), after);
    // A particle without mass only adds the same break.
    const silent = { ...example, pulse: { ...example.pulse, mass: 0 } };
    const whole = schemeFlow(family, start, relaxed(silent, 1e-9));
    expect(ops.max(ops.abs(ops.sub(cut, whole))).item()).toBeLessThan(1e-8);
    expect(others.steps.length).toBeLessThan(before.steps.length + after.steps.length);
  });
});
