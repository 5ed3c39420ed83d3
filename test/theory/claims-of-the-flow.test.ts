/** C1, C2, C2h, C3 and C4 hold at seed 1 and catch planted faults. */
import { describe, it } from 'vitest';
import {
  adjointFlow,
  continuousAdjoint,
  type Family,
  flowGradient,
  functionalGradient,
  identity,
  solve,
  solveFlow,
} from '../../src/mean-field/index.ts';
import { ops } from '../../src/tensor/index.ts';
import { c1 } from '../../src/theory/claims/c01-euler.ts';
import { c2h, hamiltonian } from '../../src/theory/claims/c02h-hamiltonian.ts';
import { c2 } from '../../src/theory/claims/c02-adjoint.ts';
import { c3 } from '../../src/theory/claims/c03-first-variation.ts';
import { c4 } from '../../src/theory/claims/c04-costate-bound.ts';
import { mean } from '../../src/stats/index.ts';
import { expectCaught, expectHolds } from './planted-fault.ts';

/** The adjoint with the wrong sign: p^l = p^{l+1} - h F'^T p^{l+1}. */
const wrongSign = (family: Family): Family => ({
  ...family,
  pullback(...given) {
    const all = family.pullback(...given);
    return all.state ? { ...all, state: ops.neg(all.state) } : all;
  },
});

/** Jacobians that are not transposed: F' p in place of F'^T p. */
const untransposed = (family: Family): Family => ({
  ...family,
  pullback: (state, particles, cotangent, wanted) => ({
    ...family.pullback(state, particles, cotangent, wanted),
    state: family.pushforward(state, particles, { state: cotangent }),
  }),
});

it('C1 holds', () => {
  expectHolds(c1);
});
describe('C1 catches', () => {
  it('one step too many', () => {
    expectCaught(c1, {
      solveFlow(problem, family, measure, options) {
        const steps = [...measure.steps, measure.steps[0] ?? 0];
        const last = measure.steps.length - 1;
        const longer = {
          steps,
          particles: (l: number, c: number) => measure.particles(Math.min(l, last), c),
        };
        return solveFlow(problem, family, longer, options);
      },
    });
  });
  it('a scheme that always runs Euler', () => {
    expectCaught(c1, { solveFlow: (problem, family, measure) => solveFlow(problem, family, measure) });
  });
});

it('C2 holds', () => {
  expectHolds(c2);
});
describe('C2 catches', () => {
  it.each([
    ['a wrong sign', wrongSign],
    ['a Jacobian that is not transposed', untransposed],
  ])('%s in the discrete adjoint', (_, broken) => {
    expectCaught(c2, {
      flowGradient: (problem, family, measure, options) =>
        flowGradient(problem, broken(family), measure, options),
    });
  });
  it('a missing readout', () => {
    expectCaught(c2, {
      flowGradient: (problem, family, measure, options) => {
        const right = flowGradient(problem, family, measure, options);
        return { ...right, theta: ops.divScalar(right.theta, ops.norm(problem.readout!).item()) };
      },
    });
  });
  it('a continuous adjoint with the wrong sign', () => {
    expectCaught(c2, {
      continuousAdjoint: (family, ...rest) => continuousAdjoint(wrongSign(family), ...rest),
    });
  });
  it('an adjoint on a ResNet20 that ignores the relu mask', () => {
    expectCaught(c2, {
      adjointFlow: (slices, states, steps, costate) => adjointFlow(slices, states, steps, costate, identity),
    });
  });
});

it('C2h holds', () => {
  expectHolds(c2h);
});
describe('C2h catches', () => {
  it('a Hamiltonian with half of the velocity', () => {
    expectCaught(c2h, { hamiltonian: (...given) => ops.mulScalar(hamiltonian(...given), 0.5) });
  });
  it('a costate with the wrong sign', () => {
    expectCaught(c2h, {
      solve: (problem, family, measure, options) => solve(problem, wrongSign(family), measure, options),
    });
  });
});

it('C3 holds', () => {
  expectHolds(c3);
});
describe('C3 catches', () => {
  it.each([
    ['a wrong sign', -1],
    ['a factor 2', 2],
  ])('%s of G', (_, factor) => {
    expectCaught(c3, {
      functionalGradient: (solution, l) => {
        const right = functionalGradient(solution, l);
        return { ...right, value: (theta) => ops.mulScalar(right.value(theta), factor) };
      },
    });
  });
  it('G at the costate before the step', () => {
    expectCaught(c3, {
      functionalGradient: (solution, l) => {
        const [first, ...rest] = solution.costates;
        return functionalGradient({ ...solution, costates: [first!, first!, ...rest].slice(0, -1) }, l);
      },
    });
  });
});

it('C4 holds', () => {
  expectHolds(c4);
});
describe('C4 catches', () => {
  it('a costate with the wrong sign', () => {
    expectCaught(c4, {
      solve: (problem, family, measure, options) => solve(problem, wrongSign(family), measure, options),
    });
  });
  it('the mean over samples in place of the maximum', () => {
    expectCaught(c4, { rate: mean });
  });
});
