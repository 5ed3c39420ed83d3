/** C11, C11b and C12 hold and catch planted faults. */
import { describe, it } from 'vitest';
import {
  energy,
  lazyProblem,
  linearisedModel,
  tangentKernel,
  tangentPull,
  wassersteinFlow,
} from '../../src/mean-field/index.ts';
import { ops, scope } from '../../src/tensor/index.ts';
import { c11 } from '../../src/theory/claims/c11-lazy.ts';
import { c11b } from '../../src/theory/claims/c11b-ntk-convergence.ts';
import { c12 } from '../../src/theory/claims/c12-features.ts';
import { lazyError } from '../../src/theory/features/errors.ts';
import { blocks, readLastCoordinate } from '../../src/theory/features/tasks.ts';
import { expectCaught, expectHolds } from './planted-fault.ts';

const doubled: typeof tangentKernel = (...given) => ops.mulScalar(tangentKernel(...given), 2);
const withoutMass: typeof tangentKernel = (problem, family, measure, options) =>
  tangentKernel(problem, family, measure, { ...options, metric: 'euclidean' });

it('C11 holds', () => {
  expectHolds(c11);
});
describe('C11 catches', () => {
  it.each([
    ['twice the kernel', doubled],
    ['a kernel without the mobility of particles', withoutMass],
  ])('%s', (_, fault) => {
    expectCaught(c11, { tangentKernel: fault });
  });
  it('a linearised model that ascends', () => {
    expectCaught(c11, { tangentPull: (...given) => ops.neg(tangentPull(...given)) });
  });
  it('lazy training that keeps the initial prediction', () => {
    expectCaught(c11, {
      lazyProblem: (problem, family, start, alpha) =>
        lazyProblem(problem, family, start, alpha, { centred: false }),
    });
  });
  it('a closed form that ignores its initial values', () => {
    expectCaught(c11, {
      linearisedModel: (kernel, initial, targets) =>
        linearisedModel(kernel, ops.mulScalar(initial, 0), targets),
    });
  });
});

it('C11b holds', () => {
  expectHolds(c11b);
});
describe('C11b catches', () => {
  it.each([
    ['twice the kernel', doubled],
    ['a kernel without the mobility of particles', withoutMass],
  ])('%s', (_, fault) => {
    expectCaught(c11b, { tangentKernel: fault });
  });
});

it('C12 holds', () => {
  expectHolds(c12);
});
describe('C12 catches', () => {
  it('a network that stays at its linearisation', () => {
    expectCaught(c12, { meanFieldError: lazyError });
  });
  it('a network that trains only its readouts a', () => {
    expectCaught(c12, {
      meanFieldError: (train, test, start) =>
        scope(() => {
          const width = test.inputs.shape[1]! + 1;
          const { measure } = wassersteinFlow(readLastCoordinate(train), blocks, start, {
            ds: 0.05,
            maxSteps: 400,
            // Reset (w, b) after each step.
            perturb: (theta) => {
              const part = (x: typeof theta): typeof theta => ops.sliceDim(x, 2, width, 2 * width + 1);
              ops.copy_(part(theta), part(start.theta));
            },
          });
          return 2 * energy(readLastCoordinate(test), blocks, measure);
        }),
    });
  });
  it('a handicapped kernel method, which then loses on the control as well', () => {
    expectCaught(c12, { lazyError: () => 1 });
  });
});
