import { expect, it } from 'vitest';
import { seededUniform, sortByTau } from '../../reference/index.ts';
import { Generator, liveTensorCount, ops, scope, tensor, zeros } from '../../tensor/index.ts';
import { bottleneck } from '../families/index.ts';
import { solveFlow } from '../gradient.ts';
import { intervalMeasure, tiles } from './interval.ts';

const numbers = (values: readonly number[]) => tensor(values, [values.length], { dtype: 'f64' });

it('tiles: the particle of rank l acts on [tau^{l-1}, tau^l], the first from 0; ties have no length', () => {
  expect(tiles([0.5, 0.2, 1])).toEqual({ tau: [0.2, 0, 0.5], tauEnd: [0.5, 0.2, 1] });
  expect(tiles([0.5, 0.2, 0.5, 0])).toEqual({ tau: [0.2, 0, 0.5, 0], tauEnd: [0.5, 0.2, 0.5, 0] });
  expect(tiles([])).toEqual({ tau: [], tauEnd: [] });
});

it('tiles: for any tau they cover [0, max tau] once, in the order of the reference', () => {
  const uniform = seededUniform(1);
  for (let round = 0; round < 50; round++) {
    const tau = Array.from({ length: 9 }, () => Math.floor(8 * uniform()) / 8);
    const { tau: begin, tauEnd: end } = tiles(tau);
    let depth = 0;
    for (const i of sortByTau(tau)) {
      expect(begin[i]).toBe(depth);
      depth = end[i]!;
    }
    expect(depth).toBe(Math.max(...tau));
  }
});

it('intervals that overlap and leave gaps: which particles act in each step', () => {
  const theta = tensor([1, 2, 3], [3, 1], { dtype: 'f64' });
  const rho = intervalMeasure(theta, {
    tau: [0, 0.25, 0.75],
    tauEnd: [0.5, 0.5, 1],
    weight: numbers([5, 6, 7]),
  });
  expect(rho.breaks).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(rho.steps).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect([0, 1, 2, 3].map((l) => rho.members(l))).toEqual([[0], [0, 1], [], [2]]);
  const at = (l: number) => {
    const { theta: own, weight } = rho.particles(l, 0);
    return [own.toArray(), weight.toArray()];
  };
  expect([0, 1, 2, 3].map(at)).toEqual([
    [[1], [5]],
    [
      [1, 2],
      [5, 6],
    ],
    [[], []],
    [[3], [7]],
  ]);
});

it('a particle of no length acts nowhere; depth before the first and after the last counts from 0', () => {
  const theta = tensor([1, 2], [2, 1], { dtype: 'f64' });
  const rho = intervalMeasure(theta, { tau: [0.5, 0.7], tauEnd: [0.5, 0.9] });
  expect(rho.breaks).toEqual([0, 0.5, 0.7, 0.9]);
  expect([0, 1, 2].map((l) => rho.members(l))).toEqual([[], [], [1]]);
});

it('accumulate adds to the rows of the particles of a step', () => {
  const theta = zeros([3, 2], { dtype: 'f64' });
  const rho = intervalMeasure(theta, { tau: [0, 0, 0.5], tauEnd: [0.5, 0.25, 1] });
  const into = zeros([3, 2], { dtype: 'f64' });
  rho.accumulate(0, tensor([1, 2, 3, 4], [2, 2], { dtype: 'f64' }), into, 10);
  rho.accumulate(1, tensor([1, 1], [1, 2], { dtype: 'f64' }), into, 0.5);
  rho.accumulate(2, tensor([7, 8], [1, 2], { dtype: 'f64' }), into, -1);
  expect(into.toArray()).toEqual([10.5, 20.5, 30, 40, -7, -8]);
});

it('Algorithm 1: under Euler the sorted tiles are X <- X + (tau^l - tau^{l-1}) f^l(X)', () => {
  const [n, d] = [6, 2];
  const generator = new Generator(3);
  const family = bottleneck();
  const theta = generator.normal([n, family.parameterCount(d)], 'f64');
  const tau = [0.9, 0.1, 0.4, 1.3, 0.4, 0.2];
  const problem = { inputs: generator.normal([5, d], 'f64'), targets: generator.normal([5, d], 'f64') };
  let [state, depth] = [problem.inputs, 0];
  const one = ops.ones([1], 'f64');
  for (const i of sortByTau(tau)) {
    const f = family.velocity(state, { theta: ops.sliceDim(theta, 0, i, i + 1), weight: one });
    state = ops.add(state, f, tau[i]! - depth);
    depth = tau[i]!;
  }
  const last = solveFlow(problem, family, intervalMeasure(theta, { tau })).at(-1)!;
  last.toArray().forEach((x, i) => {
    expect(x).toBeCloseTo(state.toArray()[i]!, 14);
  });
});

it('a flow is constant in a gap', () => {
  const generator = new Generator(4);
  const theta = generator.normal([2, 5], 'f64');
  const problem = { inputs: generator.normal([5, 2], 'f64'), targets: generator.normal([5, 2], 'f64') };
  const rho = intervalMeasure(theta, { tau: [0, 0.6], tauEnd: [0.4, 1] });
  const states = solveFlow(problem, bottleneck(), rho, { integrator: 'rk4' });
  expect(states[2]!.toArray()).toEqual(states[1]!.toArray());
  expect(states[1]!.toArray()).not.toEqual(states[0]!.toArray());
});

it('withTheta keeps the intervals, and creates no other tensors', () => {
  const theta = new Generator(5).normal([3, 2], 'f64');
  const rho = intervalMeasure(theta, { tau: [0.5, 1, 0.2] });
  scope(() => rho.steps.map((_, l) => rho.particles(l, 0)));
  const before = liveTensorCount();
  scope(() => {
    const moved = rho.withTheta(ops.addScalar(theta, 1));
    expect([moved.breaks, moved.tau, moved.tauEnd, moved.weight]).toEqual([
      rho.breaks,
      rho.tau,
      rho.tauEnd,
      rho.weight,
    ]);
    moved.steps.forEach((_, l) => {
      expect(moved.members(l)).toEqual(rho.members(l));
      expect(moved.particles(l, 0).theta.toArray()).toEqual(
        rho
          .particles(l, 0)
          .theta.toArray()
          .map((x) => x + 1),
      );
    });
  });
  expect(liveTensorCount()).toBe(before);
});

it('an interval measure owns its indices like its particles: a scope keeps what it returns and frees the rest', () => {
  const theta = new Generator(3).normal([4, 2], 'f64');
  const before = liveTensorCount();
  scope(() => {
    for (const tau of [0.1, 0.2, 0.3])
      intervalMeasure(theta, { tau: [tau, 0.5, 0.7, 1] })
        .particles(1, 0)
        .theta.toArray();
  });
  expect(liveTensorCount()).toBe(before);
  const rho = scope(() => intervalMeasure(theta, { tau: [0.3, 0.1, 1, 0.7] }));
  expect(scope(() => rho.particles(2, 0).theta.toArray())).toEqual(theta.toArray().slice(6));
  for (const owned of [rho.weight, ...rho.memberIndices]) owned.dispose();
  expect(liveTensorCount()).toBe(before);
  theta.dispose();
});
