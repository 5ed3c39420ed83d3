import { expect, it } from 'vitest';
import { addScaled, denseArray, inner, type DenseArray } from './array.ts';
import type { Block } from './block.ts';
import { runIntervals } from './intervals.ts';
import { numericalGradient, relativeError } from './numeric-gradient.ts';
import { projections } from './projections.ts';

const start = denseArray([2], [0.4, 0.9]);
const cotangent = denseArray([2], [1, -0.7]);
const angles = [0.3, 1.1, 2, -0.4];

/** f(x) = sin(angle + rotated x): smooth, unrelated blocks. Counts evaluations. */
function wave(angle: number, calls: number[] = []): Block {
  return {
    forward(x) {
      const [a = NaN, b = NaN] = x.data;
      calls.push(angle);
      return {
        value: denseArray([2], [Math.sin(angle + a + 2 * b), Math.cos(angle * a - b)]),
        backward(p) {
          const [q = NaN, r = NaN] = p.data;
          const u = q * Math.cos(angle + a + 2 * b);
          const v = -r * Math.sin(angle * a - b);
          return denseArray([2], [u + angle * v, 2 * u - v]);
        },
      };
    },
  };
}

const blocks = angles.map((angle) => wave(angle));

function f(i: number, x: DenseArray): DenseArray {
  return blocks[i]?.forward(x).value ?? x;
}

function run(
  tau: readonly number[] | Float64Array,
  tauEnd: readonly number[] | Float64Array,
  options: { projection?: 'identity' | 'relu' | 'softplus'; horizon?: number } = {},
): ReturnType<typeof runIntervals> {
  const { projection = 'identity', horizon = Infinity } = options;
  const used = blocks.slice(0, tau.length);
  const [a, b] = [Float64Array.from(tau), Float64Array.from(tauEnd)];
  return runIntervals(used, projections[projection], a, b, horizon, start);
}

it('overlapping blocks add up, each evaluated on the state at its own start', () => {
  // Starts 1 (block 1), 2 (block 0), 4 (block 2); ends 5, 3, 4.5.
  const x2 = addScaled(start, 1, f(1, start));
  const x4 = addScaled(addScaled(x2, 1, f(1, start)), 2, f(0, x2));
  const x5 = addScaled(addScaled(x4, 1, f(0, x2)), 0.5, f(2, x4));
  expect(relativeError(run([2, 1, 4], [5, 3, 4.5]).value.data, x5.data)).toBeLessThan(1e-15);
});

it('the projection acts once per segment on the whole sum', () => {
  const relu = (x: DenseArray): DenseArray => projections.relu(x).value;
  const softplus = (x: DenseArray): DenseArray => projections.softplus(x).value;
  for (const [name, p] of [
    ['relu', relu],
    ['softplus', softplus],
  ] as const) {
    const x2 = p(addScaled(start, 1, f(1, start)));
    const x3 = p(addScaled(addScaled(x2, 1, f(1, start)), 1, f(0, x2)));
    const x5 = p(addScaled(addScaled(x3, 2, f(0, x2)), 1.5, f(2, x3)));
    const { value } = run([2, 1, 3], [5, 3, 4.5], { projection: name });
    expect(relativeError(value.data, x5.data)).toBeLessThan(1e-15);
  }
});

it('a segment in which no block acts is still projected', () => {
  const x = projections.softplus(addScaled(start, 1, f(0, start))).value;
  const y = projections.softplus(addScaled(x, 1, f(1, x))).value;
  // Block 2 starts after a gap; its own length is 0.
  const z = projections.softplus(y).value;
  const { value } = run([0, 1, 3], [1, 2, 3], { projection: 'softplus' });
  expect(relativeError(value.data, z.data)).toBeLessThan(1e-15);
});

it('blocks that share a start see the same state, for any projection and creation order', () => {
  const sum = addScaled(addScaled(start, 2, f(0, start)), 0.5, f(1, start));
  const expected = projections.softplus(sum).value;
  const { value } = run([1, 1], [3, 1.5], { projection: 'softplus' });
  expect(relativeError(value.data, expected.data)).toBeLessThan(1e-15);
});

it('each block is evaluated exactly once', () => {
  const calls: number[] = [];
  const counted = angles.map((angle) => wave(angle, calls));
  const tau = Float64Array.of(0.5, 0.5, 0.2, 3);
  runIntervals(counted, projections.identity, tau, Float64Array.of(1, 4, 2, 5), Infinity, start);
  expect(calls).toEqual([2, 0.3, 1.1, -0.4]);
});

it('a pinned horizon cuts the intervals, and depths beyond it have no derivative', () => {
  const free = run([0, 1, 2], [1.5, 2.5, 2.75]);
  const cut = run([0, 1, 2], [1.5, 4, 2.75], { horizon: 2.5 });
  const same = run([0, 1, 2], [1.5, 2.5, 2.5]);
  expect(cut.value.data).toEqual(same.value.data);
  expect(cut.value.data).not.toEqual(free.value.data);
  const { tauEnd } = cut.backward(cotangent);
  expect(tauEnd[0]).not.toBe(0);
  expect(Array.from(tauEnd.subarray(1))).toEqual([0, 0]);
  expect(() => run([0, 3], [1, 4], { horizon: 2.5 })).toThrow('block 1 starts at 3, beyond the horizon 2.5');
});

it('pull-backs equal finite differences where intervals overlap, part and pass the horizon', () => {
  const tau = Float64Array.of(2, 1, 0.3, 2.4);
  const tauEnd = Float64Array.of(5, 1.6, 2.2, 2.6);
  for (const horizon of [Infinity, 2.9]) {
    const energy = (): number =>
      inner(cotangent, run(tau, tauEnd, { projection: 'softplus', horizon }).value);
    const gradient = run(tau, tauEnd, { projection: 'softplus', horizon }).backward(cotangent);
    expect(relativeError(gradient.tau, numericalGradient(energy, tau))).toBeLessThan(1e-9);
    expect(relativeError(gradient.tauEnd, numericalGradient(energy, tauEnd))).toBeLessThan(1e-9);
    expect(relativeError(gradient.state.data, numericalGradient(energy, start.data))).toBeLessThan(1e-9);
  }
});

it('a block that starts within others splits their lengths, and its start carries the derivative', () => {
  // With a projection the split at s_1 matters, although the lengths on both sides add up to the same total.
  const tau = Float64Array.of(0, 1);
  const tauEnd = Float64Array.of(3, 1);
  const energy = (): number => inner(cotangent, run(tau, tauEnd, { projection: 'softplus' }).value);
  const gradient = run(tau, tauEnd, { projection: 'softplus' }).backward(cotangent);
  // Block 1 has no width: move it together with its end.
  const moved = numericalGradient(
    () => {
      tauEnd[1] = tau[1] ?? NaN;
      return energy();
    },
    tau,
    { entries: [1] },
  );
  const [begin = NaN, end = NaN] = [gradient.tau[1], gradient.tauEnd[1]];
  expect(relativeError([begin + end], moved)).toBeLessThan(1e-9);
  // Its derivative is the effect of opening.
  tau[1] = 1;
  tauEnd[1] = 1;
  const closed = energy();
  tauEnd[1] = 1 + 1e-7;
  expect((energy() - closed) / 1e-7 / end).toBeCloseTo(1, 5);
});

it('where intervals touch, the derivative is the one in the direction in which they part', () => {
  const tau = [0, 1, 2];
  const tauEnd = [1, 2, 3];
  const gradient = run(tau, tauEnd).backward(cotangent);
  const energy = (t: readonly number[], e: readonly number[]): number => inner(cotangent, run(t, e).value);
  const d = 1e-6;
  for (const i of [0, 1, 2]) {
    const earlierEnd = tauEnd.map((v, j) => (j === i ? v - d : v));
    const laterStart = tau.map((v, j) => (j === i ? v + d : v));
    const atEnd = (energy(tau, tauEnd) - energy(tau, earlierEnd)) / d;
    const atStart = (energy(laterStart, tauEnd) - energy(tau, tauEnd)) / d;
    expect(gradient.tauEnd[i]).toBeCloseTo(atEnd, 5);
    expect(gradient.tau[i]).toBeCloseTo(atStart, 5);
  }
});
