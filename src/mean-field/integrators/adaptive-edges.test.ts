/** Edge cases of integration: intervals of every scale, requested times, fields that misbehave. */
import { expect, it } from 'vitest';
import { AbortError, UsageError } from '../../errors.ts';
import { liveTensorCount, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import { errorWeights, integrate, type VectorField } from './adaptive.ts';

const f64 = (...values: number[]): Tensor => tensor(values, [values.length], { dtype: 'f64' });
const value = (x: Tensor): number => x.toArray()[0]!;
/** dx/dt = - x / length: x decays to 1/e over an interval of that length. */
const decayOver =
  (length: number): VectorField =>
  (_t, x) =>
    ops.mulScalar(x, -1 / length);

it.each([1e-13, 1e-14, 1e-300, 1e-3, 1e12, 1e300])(
  'an interval of length %d is solved like [0, 1]',
  (length) => {
    scope(() => {
      for (const [from, to] of [
        [0, length],
        [length, 0],
      ] as const) {
        const sign = Math.sign(to - from);
        const field: VectorField = (t, x) => ops.mulScalar(decayOver(length)(t, x, t), sign);
        const solution = integrate(field, f64(1), [from, to]);
        expect(value(solution.states.at(-1)!)).toBeCloseTo(Math.exp(-1), 8);
        expect(value(solution.at(length / 2))).toBeCloseTo(Math.exp(-1 / 2), 8);
      }
    });
  },
);

it('an interval of a few doubles is solved with the steps that fit', () => {
  scope(() => {
    for (const [doubles, tolerance] of [
      [1, 1e-2],
      [3, 1e-4],
      [17, 1e-6],
      [400, 1e-9],
    ] as const) {
      const length = doubles * Number.EPSILON;
      const options = { relative: tolerance, absolute: tolerance };
      const { states, times } = integrate(decayOver(length), f64(1), [1, 1 + length], options);
      expect(Math.abs(value(states.at(-1)!) - Math.exp(-1))).toBeLessThan(4 * tolerance);
      expect(times.at(-1)).toBe(1 + length);
      expect(new Set(times).size).toBe(times.length);
    }
  });
});

it('a step of two doubles is shortened to one', () => {
  scope(() => {
    // The error of a step of n doubles is 0.55 n times the tolerance: 0.9 of two doubles rounds to two again.
    const tolerance = 1e-10;
    const jump = (0.55 * tolerance) / Math.abs(errorWeights[0]!) / Number.EPSILON;
    // An attempt evaluates seven slopes; only the first weighs here.
    let calls = 0;
    const field: VectorField = (t) => tensor([calls++ % 7 === 0 && t === 1 ? jump : 0], 'f64');
    const options = { relative: 1e-30, absolute: tolerance, maxSteps: 50 };
    const { times } = integrate(field, tensor([0], 'f64'), [1, 1 + 8 * Number.EPSILON], options);
    expect(times[1]).toBe(1 + Number.EPSILON);
  });
});

it('an interval too short for a step is an error', () => {
  scope(() => {
    // At 1e16 doubles are 2 apart, but the solution changes within 1e-3.
    const fast: VectorField = (_t, x) => ops.mulScalar(x, -1000);
    expect(() => integrate(fast, f64(1), [1e16, 1e16 + 8])).toThrow(UsageError);
    expect(() => integrate(fast, f64(1), [1e16, 1e16 + 8])).toThrow(
      'integrate failed at t = 10000000000000000: even the smallest representable step exceeds the tolerances ' +
        '(relative 1e-10, absolute 1e-10)',
    );
    expect(() => integrate(() => f64(NaN), f64(1), [0, 1])).toThrow(
      'integrate failed at t = 0: the field is not smooth or not finite there',
    );
  });
});

it('the solution on an empty interval is the initial state', () => {
  scope(() => {
    const start = f64(3);
    for (const options of [{}, { saveAt: [2] }, { saveAt: [2, 2] }]) {
      const solution = integrate(decayOver(1), start, [2, 2], options);
      expect(solution.times).toEqual(options.saveAt ?? [2]);
      expect(solution.states).toHaveLength(solution.times.length);
      expect(value(solution.at(2))).toBe(3);
      expect(() => solution.at(2.5)).toThrow('t is 2.5, outside the integration interval [2, 2]');
    }
  });
});

it('a solution is defined only on its interval', () => {
  scope(() => {
    for (const [from, to] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const solution = integrate(decayOver(1), f64(1), [from, to]);
      for (const t of [-0.1, 1.1, 1 + 1e-9, -1e-9])
        expect(() => solution.at(t)).toThrow(`t is ${t}, outside the integration interval [${from}, ${to}]`);
      for (const t of [NaN, Infinity, undefined as unknown as number, '0.5' as unknown as number])
        expect(() => solution.at(t)).toThrow('expected a finite number for t, got');
      // A sum of steps may end next to 1.
      expect(value(solution.at(1 + 2 ** -52))).toBe(value(solution.at(1)));
      expect(value(solution.at(-(2 ** -54)))).toBe(value(solution.at(0)));
    }
  });
});

it('at its step times a solution returns a copy of the state', () => {
  scope(() => {
    const solution = integrate(decayOver(0.1), f64(1), [0, 1]);
    solution.times.forEach((t, i) => {
      const there = solution.at(t);
      expect(value(there)).toBe(value(solution.states[i]!));
      there.dispose();
    });
    expect(solution.states.every(({ disposed }) => !disposed)).toBe(true);
  });
});

it('saveAt keeps only the states at its times, equal to those of the dense solution', () => {
  scope(() => {
    for (const interval of [
      [0, 1],
      [1, 0],
    ] as const) {
      const saveAt = [0.7, 0, 0.25, 1];
      const dense = integrate(decayOver(0.4), f64(1), interval);
      const before = liveTensorCount();
      const saved = integrate(decayOver(0.4), f64(1), interval, { saveAt });
      expect(liveTensorCount() - before).toBe(saveAt.length + 1);
      expect(saved.times).toEqual([...saveAt].sort((a, b) => (a - b) * (interval[1] - interval[0])));
      saved.times.forEach((t, i) => {
        expect(value(saved.states[i]!)).toBe(value(dense.at(t)));
        expect(value(saved.at(t))).toBe(value(dense.at(t)));
      });
      expect(saved.accepted).toBe(dense.times.length - 1);
      expect(() => saved.at(0.5)).toThrow('t = 0.5 is not in saveAt');
    }
    expect(() => integrate(decayOver(1), f64(1), [0, 1], { saveAt: [] })).toThrow('expected a list of times');
    expect(() => integrate(decayOver(1), f64(1), [0, 1], { saveAt: [0, 2] })).toThrow(
      'saveAt 1 is 2, outside',
    );
    expect(() => integrate(decayOver(1), f64(1), [0, 1], { saveAt: [NaN] })).toThrow('for saveAt 0, got NaN');
  });
});

it('a solution survives the scope that returns it, and rejected steps leak no tensors', () => {
  const before = liveTensorCount();
  const start = f64(1);
  const sharp: VectorField = (t, x) => ops.mulScalar(x, t < 0.37 ? -1 : -90);
  const solution = scope(() => integrate(sharp, start, [0, 1], { relative: 1e-6, absolute: 1e-6 }));
  expect(solution.rejected).toBeGreaterThan(3);
  scope(() => {
    expect(value(solution.at(0.3))).toBeCloseTo(Math.exp(-0.3), 5);
    const inner = liveTensorCount();
    const { accepted } = integrate(sharp, start, [0, 1], { relative: 1e-6, absolute: 1e-6 });
    // One state and four tensors for interpolation per step.
    expect(liveTensorCount() - inner).toBe(5 * accepted);
  });
  for (const one of [start, ...solution.states, ...solution.pieces.flat()]) one.dispose();
  expect(liveTensorCount()).toBe(before);
});

it('a field may overwrite its input and reuse its result tensor', () => {
  scope(() => {
    const start = f64(1, 2);
    const buffer = f64(0, 0);
    const clean = integrate(decayOver(1), start, [0, 1]);
    const rough: VectorField = (_t, x) => {
      ops.mulScalar_(x, -1);
      ops.copy_(buffer, x);
      return buffer;
    };
    const result = integrate(rough, start, [0, 1]);
    expect(start.toArray()).toEqual([1, 2]);
    expect(result.times).toEqual(clean.times);
    expect(result.states.at(-1)!.toArray()).toEqual(clean.states.at(-1)!.toArray());
    expect(result.at(0.4).toArray()).toEqual(clean.at(0.4).toArray());
  });
});

it.each([
  [
    'undefined',
    () => undefined,
    'the field of integrate at t = 0 returned undefined (is a return missing?), expected a tensor of f64 [2]',
  ],
  ['a number', () => 3, 'returned 3 (number), expected'],
  ['an array', () => [1, 2], 'returned an array [1, 2], expected'],
  ['another dtype', () => tensor([1, 2]), 'returned f32, expected a tensor of f64 [2]'],
  ['another shape', () => f64(1), 'returned shape [1], expected a tensor of f64 [2]'],
  ['a promise', () => Promise.reject(new Error('later')), 'returned a promise: it must be synchronous'],
  [
    'a disposed tensor',
    () => {
      const x = f64(1, 2);
      x.dispose();
      return x;
    },
    'returned a tensor that is disposed',
  ],
])('a field that returns %s fails with a one-line message', (_, field, message) => {
  scope(() => {
    const run = () => integrate(field as unknown as VectorField, f64(1, 2), [0, 1]);
    expect(run).toThrow(UsageError);
    expect(run).toThrow(message);
  });
});

it.each([
  [{ relativ: 1e-3 }, 'unknown option relativ of integrate: did you mean relative?'],
  [{ relative: 0 }, 'expected a finite number > 0 for relative, got 0'],
  [{ absolute: NaN }, 'for absolute, got NaN'],
  [{ maxSteps: 0 }, 'expected an integer >= 1 for maxSteps, got 0'],
  [{ maxSteps: 1.5 }, 'for maxSteps, got 1.5'],
  [{ maxSteps: 3 }, 'integrate reached the limit of 3 steps'],
  [{ breaks: [NaN] }, 'for break 0, got NaN'],
  [{ signal: {} }, 'expected an AbortSignal for signal of integrate'],
])('options %j are rejected', (options, message) => {
  scope(() => {
    const run = () => integrate(decayOver(0.01), f64(1), [0, 1], options as object);
    expect(run).toThrow(UsageError);
    expect(run).toThrow(message);
  });
});

it.each([
  [() => integrate(decayOver(1), f64(1), [0, Infinity]), 'for the end of the interval, got Infinity'],
  [() => integrate(decayOver(1), f64(1), [NaN, 1]), 'for the start of the interval, got NaN'],
  [() => integrate(decayOver(1), f64(1), [-1e308, 1e308]), 'for the length of the interval, got Infinity'],
  [() => integrate(decayOver(1), 3 as unknown as Tensor, [0, 1]), 'expected a tensor for the start, got 3'],
  [() => integrate(decayOver(1), ops.zeros([0], 'f64'), [0, 1]), 'with at least one entry, got f64 [0]'],
  [() => integrate(decayOver(1), tensor([1], [1], { dtype: 'i64' }), [0, 1]), 'got i64 [1]'],
  [() => integrate(undefined as unknown as VectorField, f64(1), [0, 1]), 'for the field, got undefined'],
])('invalid argument %# is rejected', (run, message) => {
  scope(() => {
    expect(run).toThrow(UsageError);
    expect(run).toThrow(message);
  });
});

it('an integration reports progress and stops on an abort signal without leaking tensors', () => {
  scope(() => {
    const start = f64(1);
    const controller = new AbortController();
    const shares: number[] = [];
    const before = liveTensorCount();
    const run = (): unknown =>
      integrate(decayOver(0.3), start, [2, 0], {
        signal: controller.signal,
        onProgress: ({ done, total }) => {
          shares.push(done / total!);
          if (done > 1) controller.abort('half is enough');
        },
      });
    expect(run).toThrow(new AbortError('integrate was aborted: half is enough'));
    expect(liveTensorCount()).toBe(before);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeGreaterThan(0.5);
    expect(run).toThrow(AbortError);
  });
});

it('the default tolerance for f32 states is one that f32 can meet', () => {
  scope(() => {
    const { states, rejected, accepted } = integrate(decayOver(1), tensor([1]), [0, 1]);
    expect(value(states.at(-1)!)).toBeCloseTo(Math.exp(-1), 5);
    expect(rejected + accepted).toBeLessThan(40);
  });
});
