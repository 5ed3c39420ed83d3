/** The net of C16: particles on intervals, and one more whose interval narrows to a point. */
import {
  bottleneck,
  breaksOf,
  commonSteps,
  type Family,
  integrate,
  intervalMeasure,
  type IntervalMeasure,
  type Measure,
  refineSteps,
  slicesOf,
  trajectory,
  velocityField,
} from '../../mean-field/index.ts';
import { type Generator, ops, scope, type Tensor } from '../../tensor/index.ts';

export interface PulseExample {
  readonly family: Family;
  /** X(., 0), [N, d]. */
  readonly start: Tensor;
  /** [N, d]; the readout is the identity. */
  readonly targets: Tensor;
  readonly others: IntervalMeasure;
  /** The particle, [1, k], that starts to act at depth `at`, with weight x width = mass. */
  readonly pulse: { readonly theta: Tensor; readonly at: number; readonly mass: number };
}

/** Twelve particles on intervals that end at multiples of 1/8, and the pulse in [3/8, 1/2]. */
export function pulseExample(generator: Generator): PulseExample {
  const [samples, d, count, eighths] = [8, 3, 12, 8];
  const family = bottleneck('tanh');
  const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
  const k = family.parameterCount(d);
  const ends = generator.uniform([count, 2], 'f64').toArray();
  const places = Array.from({ length: count }, (_, i) => {
    const [a, b] = [0, 1].map((side) => Math.floor((ends[2 * i + side] ?? 0) * eighths));
    const from = Math.min(a!, b!);
    return [from / eighths, (Math.max(a!, b!) + 1) / eighths] as const;
  });
  // One particle acts everywhere, so that there is no gap.
  places[0] = [0, 1];
  return {
    family,
    start: normal(samples, d),
    targets: normal(samples, d),
    others: intervalMeasure(normal(count, k), {
      tau: places.map(([from]) => from),
      tauEnd: places.map(([, to]) => to),
      weight: ops.full([count], 1 / 4, 'f64'),
    }),
    pulse: { theta: normal(1, k), at: 0.4, mass: 0.5 },
  };
}

/** All particles, with the pulse on [at, at + width] with weight mass / width. */
export function relaxed({ others, pulse: { theta, at, mass } }: PulseExample, width: number): Measure {
  return scope(() =>
    intervalMeasure(ops.cat([others.theta, theta]), {
      tau: [...others.tau, at],
      tauEnd: [...others.tauEnd, at + width],
      weight: ops.cat([others.weight, ops.full([1], mass / width, 'f64')]),
    }),
  );
}

/** The other particles on [0, at] and on [at, 1]. */
export function split({ others, pulse: { at } }: Pick<PulseExample, 'others' | 'pulse'>): [Measure, Measure] {
  const steps = commonSteps([others, { ...others, steps: [at, 1 - at] }]);
  const fine = refineSteps(others, steps);
  const middle = breaksOf(fine).findIndex((t) => Math.abs(t - at) < 1e-9);
  const cut = (from: number, to: number): Measure => ({
    steps: steps.slice(from, to),
    particles: (l, c) => fine.particles(from + l, c),
  });
  return [cut(0, middle), cut(middle, steps.length)];
}

/** The scheme of the talk: one Euler step between successive breaks. */
export function schemeFlow(family: Family, start: Tensor, measure: Measure): Tensor {
  return scope(() => trajectory(slicesOf(family, measure), start, measure.steps).at(-1)!);
}

/** The mean-field ODE, by the adaptive pair. */
export function odeFlow(family: Family, start: Tensor, measure: Measure): Tensor {
  const breaks = breaksOf(measure);
  const accuracy = { relative: 1e-9, absolute: 1e-9, breaks };
  return scope(() => {
    const field = velocityField(family, measure);
    return integrate(field, start, [0, breaks.at(-1) ?? 1], accuracy).states.at(-1)!;
  });
}

/** E with the identity as readout. */
export function lossAt({ targets }: PulseExample, state: Tensor): number {
  return scope(() => {
    const r = ops.sub(state, targets);
    return ops.sum(ops.mul(r, r)).item() / (2 * (targets.shape[0] ?? 1));
  });
}
