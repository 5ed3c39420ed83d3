/** C10 holds at seed 1 and catches planted faults. */
import { describe, expect, it } from 'vitest';
import { bottleneck, gridMeasure } from '../../src/mean-field/index.ts';
import { Generator, ops, scope, type Tensor } from '../../src/tensor/index.ts';
import { c10 } from '../../src/theory/claims/c10-finite-size.ts';
import { build, speed } from '../../src/theory/claims/c10-training.ts';
import { replicated } from '../../src/theory/replicas.ts';
import { expectCaught, expectHolds } from './planted-fault.ts';

it('C10 holds', () => {
  expectHolds(c10);
});
describe('C10 catches', () => {
  it('weights of 1/sqrt(M)', () => {
    expectCaught(c10, {
      build(theta, replicas) {
        const [slices = 0, rows = 0] = theta.shape;
        const weight = Math.sqrt(replicas / rows);
        return gridMeasure(theta, { weight: ops.full([slices, rows], weight, 'f64') });
      },
    });
  });
  it('steps of 1/sqrt(L)', () => {
    expectCaught(c10, {
      build(theta, replicas) {
        const { steps, weight } = build(theta, replicas);
        return gridMeasure(theta, { weight, steps: steps.map(Math.sqrt) });
      },
    });
  });
  it('training with the wrong sign', () => {
    expectCaught(c10, { speed: (...given) => ops.neg(speed(...given)) });
  });
  it('a training rate that is not divided by the weight of a particle', () => {
    expectCaught(c10, {
      speed: (gradient, replicas) =>
        ops.mulScalar(speed(gradient, replicas), replicas / (gradient.theta.shape[1] ?? 1)),
    });
  });
});

describe('nets side by side', () => {
  const [nets, samples, particles, d] = [3, 4, 5, 2];
  const rows = (x: Tensor, net: number, count: number): Tensor =>
    ops.sliceDim(x, 0, net * count, (net + 1) * count);
  it.each(['tanh', 'erf'] as const)(
    '%s: velocity and cotangents are those of each net alone',
    (activation) => {
      scope(() => {
        const generator = new Generator(5);
        const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
        const [state, cotangent] = [normal(nets * samples, d), normal(nets * samples, d)];
        const all = { theta: normal(nets * particles, 2 * d + 1), weight: normal(nets * particles) };
        const [family, one] = [replicated(activation, nets), bottleneck(activation)];
        const wanted = { state: true, theta: true, weight: true };
        const velocity = family.velocity(state, all);
        const pulled = family.pullback(state, all, cotangent, wanted);
        const close = (actual: Tensor, expected: Tensor): void => {
          expect(actual.shape).toEqual(expected.shape);
          expect(ops.max(ops.abs(ops.sub(actual, expected))).item()).toBeLessThan(1e-13);
        };
        for (let net = 0; net < nets; net++) {
          const own = { theta: rows(all.theta, net, particles), weight: rows(all.weight, net, particles) };
          const [x, q] = [rows(state, net, samples), rows(cotangent, net, samples)];
          const expected = one.pullback(x, own, q, wanted);
          close(rows(velocity, net, samples), one.velocity(x, own));
          close(rows(pulled.state!, net, samples), expected.state!);
          close(rows(pulled.theta!, net, particles), expected.theta!);
          close(rows(pulled.weight!, net, particles), expected.weight!);
        }
      });
    },
  );
  it('row counts that are not a multiple of the net count are rejected', () => {
    const family = replicated('tanh', 3);
    scope(() => {
      const theta = ops.full([3, 3], 1, 'f64');
      const weight = ops.full([3], 1, 'f64');
      expect(() => family.velocity(ops.full([4, 1], 1, 'f64'), { theta, weight })).toThrow(
        '4 rows do not belong to 3',
      );
    });
  });
});
