/**
 * C9n: with one particle per depth, the plain neural ODE is not guaranteed to reach a global minimum; with many it
 * does.
 */
import {
  type GradientFunction,
  gridMeasure,
  type GridMeasure,
  particleGradient,
  wassersteinFlow,
} from '../../mean-field/index.ts';
import type { Series } from '../../runs/index.ts';
import { ops, scope } from '../../tensor/index.ts';
import { atLeast, atMost } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { drawnExample, type Sizes } from '../dynamics/example.ts';
import { median } from '../../stats/index.ts';

interface Parts {
  readonly gradient: GradientFunction;
}

const goal = 1e-4;

interface Row {
  readonly slices: number;
  /** M. */
  readonly particles: number;
  /** The fraction of draws that reach the goal. */
  readonly rate: number;
  /** The median final loss, over all runs including those that reached the goal. */
  readonly loss: number;
}

export const c9n: Claim<Parts> = {
  id: 'C9n',
  title: 'One particle per depth has no guarantee; many particles have one',
  statement:
    'The gradient flow reaches E = 0 with many particles at each depth. With one (the plain neural ODE), it may converge to E > 0.',
  parts: { gradient: particleGradient },
  cost: 55,
  measure(setting, parts) {
    const { quick, progress, report } = setting;
    const slices = quick ? 3 : 8;
    const counts = quick ? [1, 16] : [1, 2, 4, 8, 16, 32];
    const draws = quick ? 5 : 20;
    const ofCount = (particles: number, i: number): Row =>
      success(setting, parts, draws, { slices, particles, smooth: true }, 1000 * i);
    const many = ofCount(counts.at(-1)!, counts.length - 1);
    const manyCheck = atLeast(
      { name: `M = ${many.particles}: fraction of draws with E < 1e-4`, measured: many.rate },
      1,
    );
    report([manyCheck]);
    const fewer = counts.slice(0, -1).map((particles, i) => {
      progress((0.6 * (i + 1)) / counts.length);
      return ofCount(particles, i);
    });
    const byCount = [...fewer, many];
    // One particle per depth, at other depths: the same initial theta in all slices, or one draw per slice.
    const byDepth = (smooth: boolean): Row[] =>
      (quick ? [] : [4, 16]).map((deep, i) => {
        progress(0.6 + (smooth ? 0 : 0.2) + 0.1 * i);
        const sizes = { slices: deep, particles: 1, smooth };
        return success(setting, parts, draws / 2, sizes, 10_000 * (smooth ? 1 : 2) + 1000 * i);
      });
    const [smooth, rough] = [byDepth(true), byDepth(false)];
    const falls = byCount.slice(1).map(({ rate }, i) => Math.max(0, (byCount[i]?.rate ?? NaN) - rate));
    const one = byCount[0]!;
    const series = (read: (row: Row) => number): Series[] =>
      [
        { name: `theta(t), ${slices} slices, increasing M`, rows: byCount },
        { name: 'theta(t), M = 1, increasing L', rows: smooth },
        { name: 'independent slices, M = 1, increasing L', rows: rough },
      ].flatMap(({ name, rows }) =>
        rows.length
          ? [{ name, points: rows.map((row) => [row.particles * row.slices, read(row)] as const) }]
          : [],
      );
    const reported = [...byCount, ...smooth].map((row) => [
      `fraction, ${row.slices} slices, M = ${row.particles}`,
      row.rate,
    ]);
    const independent = rough.map((row) => [`fraction, ${row.slices} independent slices, M = 1`, row.rate]);
    const x = { title: 'number of blocks, L M', log: true };
    return {
      sentence: `The fraction of draws that reach E < 1e-4 increases with the number of particles at each depth, from ${one.rate} for M = 1 to ${many.rate} for M = ${many.particles}, at equal flow time.`,
      checks: [
        manyCheck,
        atMost({ name: 'M = 1: fraction of draws with E < 1e-4', measured: one.rate }, 0.75),
        atMost(
          { name: 'max decrease of the fraction from one M to the next', measured: Math.max(...falls) },
          0.1,
        ),
      ],
      reported: Object.fromEntries([...reported, ...independent]) as Record<string, number>,
      panels: [
        {
          title: 'Fraction of draws that reach E < 1e-4',
          x,
          y: { title: 'fraction' },
          series: series(({ rate }) => rate),
        },
        {
          title: 'Final loss, median',
          x,
          y: { title: 'E', log: true },
          series: series(({ loss }) => loss),
        },
      ],
    };
  },
};

type Shape = Pick<Sizes, 'slices' | 'particles'> & {
  /** true: the same draw in all slices, so that theta(t) is smooth; false: one draw per slice. */
  readonly smooth: boolean;
};

/** Runs the flow with ds = 0.5 from `draws` initial measures, all to the same time. */
function success(
  { quick, draw }: ClaimContext,
  { gradient }: Parts,
  draws: number,
  { smooth, ...sizes }: Shape,
  stream: number,
): Row {
  const losses = Array.from({ length: draws }, (_, i) =>
    scope(() => {
      const { problem, family, start } = drawnExample(draw(stream + i), {
        ...sizes,
        samples: quick ? 16 : 24,
      });
      return wassersteinFlow(problem, family, smooth ? constantInDepth(start) : start, {
        ds: 0.5,
        maxSteps: quick ? 1000 : 2000,
        targetLoss: goal,
        gradient,
      }).loss;
    }),
  );
  const rate = losses.filter((loss) => loss < goal).length / draws;
  return { ...sizes, rate, loss: median(losses) };
}

/** Copies the particles of the first slice to all slices. */
function constantInDepth({ theta }: GridMeasure): GridMeasure {
  return gridMeasure(scope(() => ops.clone(ops.expand(ops.sliceDim(theta, 0, 0, 1), theta.shape))));
}
