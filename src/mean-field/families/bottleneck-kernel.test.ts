/** Compares the native kernel of the bottleneck family with the operators that it replaces. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { setThreads } from '../../native/index.ts';
import { enableGrad, Generator, noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import { bottleneck } from './bottleneck.ts';

const relative = (actual: Tensor, expected: Tensor): number =>
  scope(() => ops.max(ops.abs(ops.sub(actual, expected))).item() / ops.max(ops.abs(expected)).item());
const everything = { state: true, theta: true, weight: true };

function draw(samples: number, particles: number, d: number, dtype: 'f32' | 'f64') {
  const generator = new Generator(samples + 31 * particles + 977 * d);
  return {
    state: generator.normal([samples, d], dtype),
    particles: {
      theta: generator.normal([particles, 2 * d + 1], dtype),
      weight: generator.normal([particles], dtype),
    },
    cotangent: generator.normal([samples, d], dtype),
  };
}

describe.each([
  ['f64', 1e-14],
  ['f32', 5e-6],
] as const)('%s', (dtype, tolerance) => {
  it.each([
    ['tanh', 1, 1, 1],
    ['tanh', 3, 5, 2],
    ['relu', 7, 33, 5],
    ['tanh', 24, 32, 4],
    ['tanh', 65, 129, 9],
    ['relu', 130, 257, 17],
    ['tanh', 301, 700, 33],
  ] as const)(
    '%s, N %i, M %i, d %i: velocity and every cotangent equal the operators',
    (name, samples, count, d) => {
      scope(() => {
        const family = bottleneck(name);
        const { state, particles, cotangent } = draw(samples, count, d, dtype);
        // While autograd records, the operators run.
        const slow = enableGrad(() => family.pullback(state, particles, cotangent, everything));
        const fast = noGrad(() => family.pullback(state, particles, cotangent, everything));
        expect(
          relative(
            noGrad(() => family.velocity(state, particles)),
            family.velocity(state, particles),
          ),
        ).toBeLessThan(tolerance);
        for (const part of ['state', 'theta', 'weight'] as const)
          expect(relative(fast[part]!, slow[part]!), part).toBeLessThan(tolerance);
      });
    },
  );
});

it('returns only the requested derivatives', () => {
  scope(() => {
    const { state, particles, cotangent } = draw(4, 6, 3, 'f64');
    const family = bottleneck('tanh');
    const one = noGrad(() => family.pullback(state, particles, cotangent, { weight: true }));
    expect(Object.keys(one)).toEqual(['weight']);
    expect(one.weight?.shape).toEqual([6]);
  });
});

it('tanh is accurate to a few ulp from 1e-300 to 1e300, odd, and keeps NaN', () => {
  scope(() => {
    const sizes = Array.from({ length: 1201 }, (_, i) => 10 ** (-300 + i / 2));
    const near = Array.from({ length: 4000 }, (_, i) => i / 200);
    const points = [...sizes, ...near];
    const given = [...points, ...points.map((x) => -x), NaN];
    const tanh = (x: readonly number[]): number[] =>
      noGrad(() =>
        bottleneck('tanh')
          .velocity(tensor([...x], [x.length, 1], { dtype: 'f64' }), {
            theta: tensor([1, 1, 0], [1, 3], { dtype: 'f64' }),
            weight: tensor([1], [1], { dtype: 'f64' }),
          })
          .toArray(),
      );
    const actual = tanh(given);
    given.forEach((x, i) => {
      const expected = Math.tanh(x);
      if (Number.isNaN(expected)) expect(actual[i]).toBeNaN();
      else expect(Math.abs(actual[i]! - expected)).toBeLessThanOrEqual(1e-15 * Math.abs(expected));
    });
    points.forEach((_, i) => {
      expect(actual[points.length + i]! + actual[i]!).toBe(0);
    });
  });
});

it('the result does not depend on the number of threads', () => {
  scope(() => {
    const { state, particles, cotangent } = draw(200, 500, 6, 'f64');
    const run = (): number[][] =>
      noGrad(() => {
        const {
          state: x,
          theta,
          weight,
        } = bottleneck('tanh').pullback(state, particles, cotangent, everything);
        return [bottleneck('tanh').velocity(state, particles), x!, theta!, weight!].map((one) =>
          one.toArray(),
        );
      });
    try {
      setThreads(1);
      const one = run();
      setThreads(2);
      expect(run()).toEqual(one);
    } finally {
      setThreads(1);
    }
  });
});

/** Prints sums of the velocity and the pull-back for the CPU capability set in the environment. */
const script = `
import { meanField, tensor } from 'meanfield';
const { ops, Generator, noGrad } = tensor;
const g = new Generator(1);
const state = g.normal([50, 3], 'f64');
const particles = { theta: g.normal([40, 7], 'f64'), weight: g.normal([40], 'f64') };
noGrad(() => {
  const family = meanField.bottleneck('tanh');
  const { state: x, theta } = family.pullback(state, particles, state, { state: true, theta: true });
  console.log(JSON.stringify([family.velocity(state, particles), x, theta].map((t) => ops.sum(t).item())));
});`;

it.skipIf(!existsSync('dist/index.js'))('the loops for other CPUs agree', () => {
  const on = (kind: string): number[] =>
    JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        env: { ...process.env, MEANFIELD_CPU: kind },
        encoding: 'utf8',
      }),
    ) as number[];
  const expected = on('');
  for (const kind of ['any', 'avx2'])
    on(kind).forEach((value, i) => {
      expect(Math.abs(value / expected[i]! - 1)).toBeLessThan(1e-12);
    });
});
