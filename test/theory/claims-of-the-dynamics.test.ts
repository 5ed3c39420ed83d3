/** C5, C9, C9n, C9s and C15 hold and catch planted faults. */
import { describe, it } from 'vitest';
import {
  batchGradient,
  fitCostate,
  functionalGradient,
  type GradientFunction,
  particleGradient,
  steepestDirection,
} from '../../src/mean-field/index.ts';
import { ops } from '../../src/tensor/index.ts';
import { c5 } from '../../src/theory/claims/c05-descent.ts';
import { c9 } from '../../src/theory/claims/c09-wasserstein-flow.ts';
import { c9n } from '../../src/theory/claims/c09n-neural-ode.ts';
import { c9s } from '../../src/theory/claims/c09s-stochastic.ts';
import { c15 } from '../../src/theory/claims/c15-global-existence.ts';
import { gridSecondMoment, velocityBounds } from '../../src/theory/dynamics/velocity-bounds.ts';
import { expectCaught, expectHolds } from './planted-fault.ts';

/** dE/dtheta times a number: -1 ascends, others drop a factor. */
const scaled =
  (factor: number): GradientFunction =>
  (...given) => {
    const right = particleGradient(...given);
    return { ...right, theta: ops.mulScalar(right.theta, factor) };
  };

/** dE/dtheta without the readout: p(x, 1) = residual in every coordinate. */
const withoutReadout: GradientFunction = (problem, ...rest) => {
  const readout = problem.readout && ops.addScalar(ops.mulScalar(problem.readout, 0), 1);
  return {
    ...particleGradient({ ...problem, readout }, ...rest),
    loss: particleGradient(problem, ...rest).loss,
  };
};

it('C5 holds', () => {
  expectHolds(c5);
});
describe('C5 catches', () => {
  it.each([
    ['a wrong sign', -1],
    ['a factor 2', 2],
  ])('%s of G', (_, factor) => {
    expectCaught(c5, {
      functionalGradient: (solution, l) => {
        const right = functionalGradient(solution, l);
        return {
          ...right,
          value: (theta) => ops.mulScalar(right.value(theta), factor),
          slope: (theta) => ops.mulScalar(right.slope(theta), factor),
        };
      },
    });
  });
  it('G at the costate before the step', () => {
    expectCaught(c5, {
      functionalGradient: (solution, l) => {
        const [first, ...rest] = solution.costates;
        return functionalGradient({ ...solution, costates: [first!, first!, ...rest].slice(0, -1) }, l);
      },
    });
  });
  it('a construction that fits p in place of - p', () => {
    expectCaught(c5, { fitCostate: (state, p, options) => fitCostate(state, ops.neg(p), options) });
  });
  it('a construction with permuted coordinates of p', () => {
    expectCaught(c5, { fitCostate: (state, p, options) => fitCostate(state, ops.flip(p, [1]), options) });
  });
});

it('C9 holds', () => {
  expectHolds(c9);
});
describe('C9 catches', () => {
  it.each([
    ['a flow that climbs', -1],
    ['a factor 2', 2],
  ])('%s', (_, factor) => {
    expectCaught(c9, { gradient: scaled(factor) });
  });
  it('a missing readout', () => {
    expectCaught(c9, { gradient: withoutReadout });
  });
  it('a direction of ascent', () => {
    expectCaught(c9, {
      steepestDirection: (solution, options) =>
        steepestDirection(solution, options, (...at) => {
          const right = functionalGradient(...at);
          return {
            ...right,
            value: (theta) => ops.neg(right.value(theta)),
            slope: (theta) => ops.neg(right.slope(theta)),
          };
        }),
    });
  });
});

it('C9n holds', () => {
  expectHolds(c9n);
});
describe('C9n catches', () => {
  it('dE/dtheta not divided by the mass of a particle', () => {
    expectCaught(c9n, {
      gradient: (problem, family, measure, options) =>
        scaled(1 / measure.weight.size)(problem, family, measure, options),
    });
  });
  it('a flow that ascends', () => {
    expectCaught(c9n, { gradient: scaled(-1) });
  });
});

it('C9s holds', () => {
  expectHolds(c9s);
});
describe('C9s catches', () => {
  it('batches that always contain the first sample only', () => {
    expectCaught(c9s, {
      batchGradient:
        () =>
        (problem, ...rest) =>
          particleGradient(
            {
              ...problem,
              inputs: ops.sliceDim(problem.inputs, 0, 0, 1),
              targets: ops.sliceDim(problem.targets, 0, 0, 1),
            },
            ...rest,
          ),
    });
  });
  it('the sum over the data in place of the mean', () => {
    expectCaught(c9s, {
      batchGradient: (problem, options) => {
        const right = batchGradient(problem, options);
        return (...given) => {
          const one = right(...given);
          return { ...one, theta: ops.mulScalar(one.theta, problem.inputs.shape[0] ?? 1) };
        };
      },
    });
  });
});

it('C15 holds', () => {
  expectHolds(c15);
});
describe('C15 catches', () => {
  it('a flow that ascends', () => {
    expectCaught(c15, { gradient: scaled(-1) });
  });
  it('the sum over samples in place of the mean', () => {
    expectCaught(c15, { gradient: scaled(10) });
  });
  it('a costate with a dropped factor', () => {
    expectCaught(c15, {
      velocityBounds: ({ states, costates }) =>
        velocityBounds({ states, costates: costates.map((p) => ops.divScalar(p, 10)) }),
    });
  });
  it('second moments without the weights of the particles', () => {
    expectCaught(c15, {
      secondMoment: (measure) =>
        gridSecondMoment({ ...measure, weight: ops.addScalar(ops.mulScalar(measure.weight, 0), 1) }),
    });
  });
});
