/** C9s: stochastic gradient descent with one sample per step follows the Wasserstein flow. */
import {
  batchGradient,
  energy,
  type GradientFunction,
  gridMeasure,
  type GridMeasure,
  wassersteinFlow,
} from '../../mean-field/index.ts';
import type { Check, Series } from '../../runs/index.ts';
import { type Generator, ops, scope } from '../../tensor/index.ts';
import { atMost, within } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { drawnExample, type Example } from '../dynamics/example.ts';
import { fitPower, rms } from '../../stats/index.ts';

interface Parts {
  readonly batchGradient: typeof batchGradient;
}

/** The loss over all samples at the times of comparison. */
type LossPath = readonly number[];

/** Interval in s between comparisons. */
const every = 0.1;

function lossPath(
  { problem, family }: Example,
  start: GridMeasure,
  until: number,
  ds: number,
  gradient?: GradientFunction,
): LossPath {
  const losses: number[] = [];
  scope(() =>
    wassersteinFlow(problem, family, start, {
      method: gradient ? 'euler' : 'rk4',
      ds,
      maxSteps: Math.round(until / ds),
      gradient,
      onStep({ s, measure }) {
        if (s > (losses.length - 1e-6) * every) losses.push(energy(problem, family, measure));
      },
    }),
  );
  return losses;
}

/** The root mean square difference over times; NaN for paths of different length. */
const apart = (a: LossPath, b: LossPath): number => rms(a.map((loss, i) => loss - (b[i] ?? NaN)));

/** The first particles of each slice: like the full set, a draw from the law. */
const firstOf = ({ theta }: GridMeasure, count: number): GridMeasure =>
  gridMeasure(scope(() => ops.clone(ops.sliceDim(theta, 1, 0, count))));

interface Study {
  readonly title: string;
  readonly over: string;
  readonly rate: number;
  readonly points: readonly (readonly [number, number])[];
  /** Half-width of the band around the order. */
  readonly band: number;
}

export const c9s: Claim<Parts> = {
  id: 'C9s',
  title: 'Stochastic gradient descent follows the gradient flow',
  statement:
    'With one sample per step, the loss of SGD converges to that of the flow with order 1/2 in the step size and, in the number of particles, as M^{-1/2}.',
  parts: { batchGradient },
  cost: 20,
  measure(setting, parts) {
    const studies = measureStudies(setting, parts);
    return {
      sentence:
        'The distance between the losses of SGD and of the flow decreases with the step size and with the number of particles, each with exponent 1/2.',
      checks: studies.flatMap(checksOf),
      panels: studies.map(({ title, over, points, rate }) => {
        const [x0 = 1, y0 = 1] = points[0] ?? [];
        const predicted: Series = {
          name: `exponent ${rate}`,
          predicted: true,
          points: points.map(([x]) => [x, y0 * (x / x0) ** rate]),
        };
        return {
          title: `Distance between losses, ${title}`,
          x: { title: over, log: true },
          y: { title: 'RMS over s and seeds', log: true },
          series: [{ name: 'SGD, batch 1', points }, predicted],
        };
      }),
    };
  },
};

function checksOf({ title, points, rate, band }: Study): Check[] {
  const [x, y] = [points.map(([at]) => at), points.map(([, distance]) => distance)];
  const { slope, standardError } = fitPower(x, y);
  const [first = NaN, last = NaN] = [y[0], y.at(-1)];
  return [
    within({ name: `order, ${title}`, measured: slope, standardError }, rate, band),
    atMost({ name: `last distance / first distance, ${title}`, measured: last / first }, 0.8),
  ];
}

function measureStudies({ quick, draw, progress, report }: ClaimContext, parts: Parts): Study[] {
  const seeds = quick ? 24 : 80;
  const until = quick ? 0.5 : 2;
  const large = quick ? 512 : 2048;
  const sizes = { samples: 12, slices: quick ? 2 : 4 };
  const family = drawnExample(draw(0), { ...sizes, particles: large });
  const defaultStart = firstOf(family.start, 32);
  const over = (
    values: readonly number[],
    distance: (value: number, generator: () => Generator, seed: number) => number,
    stream: number,
    count = seeds,
  ): [number, number][] =>
    values.map((value, i) => {
      const all = Array.from({ length: count }, (_, seed) =>
        // Studies that use the generator of their seed get the same batches for all values.
        scope(() => distance(value, () => draw(stream + seed), seed)),
      );
      progress((stream / 1000 - 1 + (i + 1) / values.length) / 3);
      return [value, rms(all)];
    });
  const sgd = (start: GridMeasure, ds: number, generator: Generator, end = until): LossPath =>
    lossPath(family, start, end, ds, parts.batchGradient(family.problem, { batch: 1, generator }));
  /** A fresh draw of M particles. */
  const fresh = (count: number, seed: number): GridMeasure =>
    drawnStart(draw(7000 + 200 * Math.log2(count) + seed), family, count);

  // While E still falls: once its slope is small, the second-order term of the noise, of order ds, becomes
  // visible.
  const early = 0.5;
  const defaultFlow = lossPath(family, defaultStart, early, 0.05);
  const flowOfMany = lossPath(family, family.start, until, 0.05);
  const steps = [0.1, 0.05, 0.025, 0.0125];
  const counts = quick ? [4, 8, 16, 32] : [4, 8, 16, 32, 64];
  // With fewer seeds, the order in M is less certain.
  const bandInM = quick ? 0.25 : 0.15;
  const limits = new Map<number, LossPath>();
  const limit = (seed: number, generator: () => Generator): LossPath => {
    const known = limits.get(seed) ?? sgd(family.start, 0.05, generator());
    limits.set(seed, known);
    return known;
  };
  const measured = (study: Study): Study => {
    report(checksOf(study));
    return study;
  };
  return [
    measured({
      title: 'to the flow of the same particles',
      over: 'step ds',
      rate: 0.5,
      band: 0.15,
      // With 24 seeds the order has an uncertainty of 0.14, with 80 (in both versions) of 0.05.
      points: over(
        steps,
        (ds, generator) => apart(sgd(defaultStart, ds, generator(), early), defaultFlow),
        1000,
        80,
      ),
    }),
    measured({
      title: 'to SGD with many particles on the same batches',
      over: 'particles M',
      rate: -0.5,
      band: bandInM,
      points: over(
        counts,
        (count, generator, seed) => apart(sgd(fresh(count, seed), 0.05, generator()), limit(seed, generator)),
        2000,
      ),
    }),
    measured({
      title: 'to the flow of many particles, ds = 0.4 / M',
      over: 'particles M',
      rate: -0.5,
      band: bandInM,
      points: over(
        counts,
        (count, generator, seed) => apart(sgd(fresh(count, seed), 0.4 / count, generator()), flowOfMany),
        3000,
      ),
    }),
  ];
}

function drawnStart(generator: Generator, { start }: Example, count: number): GridMeasure {
  const [slices = 0, , k = 0] = start.theta.shape;
  return gridMeasure(generator.normal([slices, count, k], 'f64'));
}
