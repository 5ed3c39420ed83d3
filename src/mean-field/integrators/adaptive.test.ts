import { expect, it } from 'vitest';
import { ops, scope, tensor } from '../../tensor/index.ts';
import { errorWeights, integrate, type VectorField } from './adaptive.ts';
import { tableauOf } from './tableau.ts';

const f64 = (...values: number[]) => tensor(values, [1, values.length], { dtype: 'f64' });
/** A rotation by 2 pi per unit of time. */
const rotation = (_t: number, x: ReturnType<typeof f64>) =>
  ops.mulScalar(ops.mm(x, tensor([0, 1, -1, 0], [2, 2], { dtype: 'f64' })), 2 * Math.PI);
const rotated = (t: number): number[] => [Math.cos(2 * Math.PI * t), Math.sin(2 * Math.PI * t)];
const exponent = (x: readonly number[], y: readonly number[]): number =>
  Math.log(y.at(-1)! / y[0]!) / Math.log(x.at(-1)! / x[0]!);
const distance = (actual: readonly number[], expected: readonly number[]): number =>
  Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] ?? NaN))));

it('the adaptive pair meets its tolerance at the end and in between, forwards and backwards', () => {
  scope(() => {
    for (const [from, to] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const solution = integrate(rotation, f64(1, 0), [from, to], { relative: 1e-10, absolute: 1e-10 });
      expect(distance(solution.states.at(-1)!.toArray(), [1, 0])).toBeLessThan(2e-9);
      for (const t of [0, 0.123, 0.5, 0.77, 1])
        expect(distance(solution.at(t).toArray(), rotated(t))).toBeLessThan(1e-7);
    }
  });
});

it('its error is proportional to the tolerance, and its steps to tolerance^(-1/5)', () => {
  scope(() => {
    const tolerances = [1e-5, 1e-6, 1e-7, 1e-8, 1e-9];
    const solutions = tolerances.map((tolerance) =>
      integrate(rotation, f64(1, 0), [0, 1], { relative: tolerance, absolute: tolerance }),
    );
    const errors = solutions.map(({ states }) => distance(states.at(-1)!.toArray(), [1, 0]));
    expect(Math.abs(exponent(tolerances, errors) - 1)).toBeLessThan(0.15);
    const steps = solutions.map(({ times }) => times.length - 1);
    expect(Math.abs(exponent(tolerances, steps) + 0.2)).toBeLessThan(0.03);
  });
});

it('the entry before a step counts as well as the one after it', () => {
  scope(() => {
    const relative = 1e-6;
    // x falls from 1 to 0 at a constant rate. The error of each step is half of `relative` times its fall.
    const error = (0.5 * relative) / errorWeights[6]!;
    let calls = 0;
    const field: VectorField = () => f64(calls++ % 7 === 6 ? error - 1 : -1);
    const { times, rejected } = integrate(field, f64(1), [0, 1], { relative, absolute: 1e-30 });
    expect(times.length).toBeGreaterThan(2);
    expect(rejected).toBe(0);
  });
});

/** x(t) = sin(20 (t / length)^2), which oscillates ever faster. */
const slope = (t: number, length: number): number =>
  ((Math.cos(20 * (t / length) ** 2) * 40 * t) / length) * (1 / length);

it('every accepted step is within the tolerance, and steps do not depend on the unit of time', () => {
  scope(() => {
    const tolerance = 1e-4;
    const options = { relative: tolerance, absolute: tolerance };
    const [short, unit, long] = [1e-13, 1, 2 ** 30].map((length) =>
      integrate((t) => f64(slope(t, length)), f64(0), [0, length], options),
    );
    expect(unit!.rejected).toBeGreaterThan(5);
    for (const { accepted, rejected } of [short!, long!])
      expect([accepted, rejected]).toEqual([unit!.accepted, unit!.rejected]);
    const places = [...tableauOf('dopri5').c, 1];
    const { times, states } = unit!;
    const values = states.map((state) => Math.abs(state.item()));
    const errors = times.slice(1).map((end, i) => {
      const [start, h] = [times[i]!, end - times[i]!];
      const error = errorWeights.reduce((sum, b, s) => sum + h * b * slope(start + places[s]! * h, 1), 0);
      return Math.abs(error) / (tolerance + tolerance * Math.max(values[i]!, values[i + 1]!));
    });
    expect(Math.max(...errors)).toBeLessThan(1 + 1e-6);
    expect(Math.max(...errors)).toBeGreaterThan(0.8);
  });
});

it.each([
  [[0, 1], -1],
  [[1, 0], 1],
] as const)('steps over %j end at a break in the field, which preserves the order', (interval, end) => {
  scope(() => {
    const kinked: VectorField = (_t, _x, inside) => f64(inside < 1 / 3 ? 1 : -2);
    const { states, times, rejected } = integrate(kinked, f64(0), interval, { breaks: [1 / 3] });
    expect(times).toContain(1 / 3);
    expect(rejected).toBe(0);
    expect(states.at(-1)!.toArray()[0]).toBeCloseTo(end, 12);
  });
});

it('a field that returns NaN stops with a clear error', () => {
  scope(() => {
    const broken = (t: number) => f64(t < 0.5 ? 1 : NaN);
    expect(() => integrate(broken, f64(0), [0, 1])).toThrow('failed at t = 0.');
  });
});
