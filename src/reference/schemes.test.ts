import { expect, it } from 'vitest';
import { addScaled, denseArray, inner, type DenseArray } from './array.ts';
import type { Block } from './block.ts';
import { familyBlock } from './family-block.ts';
import { family } from './families.ts';
import { numericalGradient, relativeError } from './numeric-gradient.ts';
import { projections, type ProjectionName } from './projections.ts';
import { seededNormal } from './random.ts';
import { initialSchedule, type ScheduleParameters, type SchemeName } from './schedule.ts';
import { runStage, type EvaluatedStage, type StageOptions } from './schemes.ts';

const samples = 2;
const width = 3;
const count = 5;

interface Stage {
  readonly state: DenseArray;
  readonly cotangent: DenseArray;
  readonly thetas: readonly Float64Array[];
  readonly gradients: readonly Float64Array[];
  readonly blocks: readonly Block[];
  run(
    scheme: SchemeName,
    projection: ProjectionName,
    schedule: ScheduleParameters,
    o?: StageOptions,
  ): EvaluatedStage;
  /** <cotangent, value> */
  energy(
    scheme: SchemeName,
    projection: ProjectionName,
    schedule: ScheduleParameters,
    o?: StageOptions,
  ): number;
}

/** Five tanh bottlenecks on two non-negative states of width three. */
function stage(seed: number): Stage {
  const normal = seededNormal(seed);
  const f = family('bottleneck', 'tanh');
  const filled = (length: number): Float64Array => new Float64Array(length).map(normal);
  const state = denseArray([samples, width], filled(samples * width).map(Math.abs));
  const cotangent = denseArray([samples, width], filled(samples * width));
  const thetas = Array.from({ length: count }, () => filled(f.parameterCount(width)));
  const gradients = thetas.map((theta) => new Float64Array(theta.length));
  const blocks = thetas.map((theta, i) => familyBlock(f, theta, gradients[i] ?? new Float64Array()));
  const run: Stage['run'] = (scheme, projection, schedule, o) =>
    runStage(scheme, blocks, projections[projection], schedule, state, o);
  return {
    state,
    cotangent,
    thetas,
    gradients,
    blocks,
    run,
    energy: (...a) => inner(cotangent, run(...a).value),
  };
}

// Out of creation order, without ties; intervals that overlap, nest and part.
const tau = Float64Array.of(0.9, 0.35, 1.7, 0.6, 2.2);
const tauEnd = Float64Array.of(1.1, 2.05, 1.9, 3.1, 2.9);
const schedules: Record<SchemeName, ScheduleParameters> = {
  vanilla: {},
  'mean-field': { tau },
  'no-reorder': { tau },
  intervals: { tau, tauEnd },
  'learned-step': { step: Float64Array.of(0.7, 0.4, 1.3, 0.2, 1) },
};

const cases = (Object.keys(schedules) as SchemeName[]).flatMap((scheme) =>
  (Object.keys(projections) as ProjectionName[]).map((projection) => ({ scheme, projection })),
);

it.each(cases)(
  '$scheme with projection $projection: pull-backs equal finite differences',
  ({ scheme, projection }) => {
    const s = stage(15);
    const schedule = schedules[scheme];
    const step = projection === 'relu' ? 1e-5 : 1e-3;
    const tolerance = projection === 'relu' ? 1e-8 : 1e-9;
    const energy = (): number => s.energy(scheme, projection, schedule);
    const gradient = s.run(scheme, projection, schedule).backward(s.cotangent);
    const check = (actual: ArrayLike<number>, x: Float64Array): void => {
      expect(relativeError(actual, numericalGradient(energy, x, { step }))).toBeLessThan(tolerance);
    };
    check(gradient.state.data, s.state.data);
    // All blocks together: the gradient of a block with a clipped gap is 0, and its differences are rounding
    // errors.
    const numeric = s.thetas.map((theta) => [...numericalGradient(energy, theta, { step })]);
    const theta = s.gradients.map((g) => [...g]);
    expect(relativeError(theta.flat(), numeric.flat())).toBeLessThan(tolerance);
    expect(Object.keys(gradient.schedule)).toEqual(Object.keys(schedule));
    for (const key of Object.keys(schedule) as (keyof ScheduleParameters)[])
      check(gradient.schedule[key] ?? [], schedule[key] ?? new Float64Array());
  },
);

it('relu masks some entries in the stage used to test derivatives', () => {
  const zeros = Array.from(stage(15).run('vanilla', 'relu', {}).value.data).filter((v) => v === 0);
  expect(zeros.length).toBeGreaterThan(0);
  expect(zeros.length).toBeLessThan(samples * width);
});

it.each(['identity', 'relu', 'softplus'] as const)(
  'mean-field with unit gaps equals vanilla bit for bit (%s)',
  (p) => {
    const s = stage(4);
    const vanilla = s.run('vanilla', p, {});
    const meanField = s.run('mean-field', p, initialSchedule('mean-field', count));
    const intervals = s.run('intervals', p, initialSchedule('intervals', count));
    const pinned = s.run('intervals', p, initialSchedule('intervals', count), { horizon: count });
    const frozen = s.run('no-reorder', p, initialSchedule('no-reorder', count));
    const learned = s.run('learned-step', p, initialSchedule('learned-step', count));
    const cotangent = vanilla.backward(s.cotangent).state.data;
    for (const run of [meanField, intervals, pinned, frozen, learned]) {
      expect(run.value.data).toEqual(vanilla.value.data);
      expect(relativeError(run.backward(s.cotangent).state.data, cotangent)).toBeLessThan(1e-14);
    }
  },
);

it('vanilla is the plain loop X <- relu(X + f(X)) in creation order', () => {
  const s = stage(5);
  let x = s.state;
  for (const block of s.blocks) {
    const sum = addScaled(x, 1, block.forward(x).value);
    x = denseArray(
      sum.shape,
      sum.data.map((v) => Math.max(v, 0)),
    );
  }
  expect(s.run('vanilla', 'relu', {}).value.data).toEqual(x.data);
});

it('mean-field runs the blocks in the order of tau with the gaps between neighbours', () => {
  const s = stage(6);
  const order = [1, 3, 0, 2, 4];
  let x = s.state;
  let before = 0;
  for (const i of order) {
    const t = tau[i] ?? NaN;
    x = addScaled(x, t - before, s.blocks[i]?.forward(x).value ?? x);
    before = t;
  }
  expect(s.run('mean-field', 'identity', { tau }).value.data).toEqual(x.data);
});

it('with all tau at 0 the stage is the identity, also under relu on a non-negative state', () => {
  const s = stage(7);
  const zero = new Float64Array(count);
  for (const p of ['identity', 'relu'] as const) {
    for (const scheme of ['mean-field', 'no-reorder'] as const)
      expect(s.run(scheme, p, { tau: zero }).value.data).toEqual(s.state.data);
    expect(s.run('learned-step', p, { step: zero }).value.data).toEqual(s.state.data);
    expect(s.run('intervals', p, { tau, tauEnd: tau }).value.data).toEqual(s.state.data);
  }
});

it('without reordering a negative gap is clipped at 0 and passes no derivative', () => {
  const s = stage(8);
  const step = Float64Array.of(0.9, 0, 0.8, 0, 0.5);
  const t = Float64Array.of(0.9, 0.9, 1.7, 1.2, 1.7);
  const frozen = s.run('no-reorder', 'identity', { tau: t });
  const learned = s.run('learned-step', 'identity', { step });
  expect(relativeError(frozen.value.data, learned.value.data)).toBeLessThan(1e-15);
  const h = Array.from(learned.backward(s.cotangent).schedule.step ?? []);
  const [h0 = NaN, , h2 = NaN, , h4 = NaN] = h;
  // h_1 = 0 and h_3 < 0 contribute nothing: tau_1 is left with -h_2, tau_2 keeps +h_2, tau_3 -h_4.
  const expected = [h0, -h2, h2, -h4, h4];
  expect(relativeError(frozen.backward(s.cotangent).schedule.tau ?? [], expected)).toBeLessThan(1e-14);
});

it.each(['mean-field', 'no-reorder'] as const)(
  '%s: a pinned last tau has gradient 0, the others keep theirs',
  (scheme) => {
    const s = stage(9);
    // The block created last is not the last by tau.
    const t = Float64Array.of(0.2, 0.4, 1.7, 1.1, 1.4);
    const free =
      s.run(scheme, 'identity', { tau: t }).backward(s.cotangent).schedule.tau ?? new Float64Array();
    const pinned = s.run(scheme, 'identity', { tau: t }, { pinnedLast: true }).backward(s.cotangent)
      .schedule.tau;
    expect(free[count - 1]).not.toBe(0);
    expect(free.filter((g) => g !== 0).length).toBeGreaterThan(2);
    expect(Array.from(pinned ?? [])).toEqual([...free.subarray(0, count - 1), 0]);
  },
);

it('a list of the wrong length is rejected by name', () => {
  const s = stage(9);
  expect(() => s.run('intervals', 'relu', { tau })).toThrow('intervals: 5 blocks need 5 tauEnd, got none');
  expect(() => s.run('mean-field', 'relu', { tau: Float64Array.of(1) })).toThrow(
    '5 blocks need 5 tau, got 1',
  );
});

/** |E(separation) - E(-separation)|, where blocks 2 and 3 of a stage meet at depth 3. */
function crossing(scheme: SchemeName, projection: ProjectionName, separation: number): number {
  const s = stage(10);
  const at = (d: number): number => {
    const schedule = initialSchedule(scheme, count);
    schedule.tau?.set([3 - d / 2, 3 + d / 2], 2);
    schedule.tauEnd?.fill(4.5);
    return s.energy(scheme, projection, schedule);
  };
  return Math.abs(at(separation) - at(-separation));
}

it.each(['identity', 'relu'] as const)(
  'sorting makes the loss jump where two tau cross (%s)',
  (projection) => {
    const near = crossing('mean-field', projection, 1e-9);
    expect(near).toBeGreaterThan(1e-2);
    expect(Math.abs(crossing('mean-field', projection, 1e-4) / near - 1)).toBeLessThan(1e-2);
  },
);

it.each(['identity', 'relu'] as const)(
  'intervals keep the loss continuous where two starts cross (%s)',
  (projection) => {
    const far = crossing('intervals', projection, 1e-3);
    const near = crossing('intervals', projection, 1e-6);
    expect(far).toBeGreaterThan(1e-6);
    expect(far).toBeLessThan(1e-1);
    expect(Math.abs((near / far) * 1e3 - 1)).toBeLessThan(2e-2);
  },
);
