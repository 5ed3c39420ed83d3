/** C4: the costate cannot vanish unless the loss does. */
import {
  bottleneck,
  customFamily,
  type Family,
  flowGradient,
  gaussian,
  gridMeasure,
  type GridMeasure,
  independentSlices,
  type Measure,
  pathMeasure,
  type Problem,
  smoothPaths,
  solve,
} from '../../mean-field/index.ts';
import type { Check, Series } from '../../runs/index.ts';
import { type Generator, ops, scope, tensor, type Tensor, zeros } from '../../tensor/index.ts';
import { atLeast, atMost, within } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { jacobians, spectralNorms } from '../jacobian.ts';

interface Parts {
  readonly solve: typeof solve;
  /** K of one step, from the Lipschitz constants at the samples. */
  readonly rate: (norms: readonly number[]) => number;
}

const supremum = (norms: readonly number[]): number => Math.max(...norms);

export const c4: Claim<Parts> = {
  id: 'C4',
  real: true,
  cost: 3,
  title: 'The costate is bounded below by the loss',
  statement:
    'abs(p(., t)) >= exp(- int_t^1 K) abs(p(., 1)) and abs(p(., 1)) >= sigma_min(W1) sqrt(2 E): as long as E > 0, the costate does not vanish.',
  parts: { solve, rate: supremum },
  measure(setting, parts) {
    const nets = randomNets(setting, parts);
    const training = throughTraining(setting, parts);
    const literal = literalBound(parts);
    return {
      sentence:
        'The ratio of the costate to its bound is at least 1 at every depth of every net, and equals 1 where the bound is attained.',
      checks: [
        atLeast({ name: 'costate / bound, discrete, min over nets', measured: nets.discrete }, 1),
        atLeast({ name: 'costate / bound, ODE, min over nets', measured: nets.continuous }, 1 - 1e-9),
        atLeast({ name: 'costate / bound, min over training', measured: training.least }, 1),
        ...readoutBounds(setting),
        ...attained(parts),
        atMost({ name: "costate / E, the talk's literal bound, at large E", measured: literal }, 1),
      ],
      reported: training.reported,
      panels: [
        {
          title: 'Costate / lower bound along depth',
          x: { title: 'depth t' },
          y: { title: 'abs(p(., t)) / bound', log: true },
          series: nets.series,
        },
        {
          title: 'Min ratio over depth during training',
          x: { title: 'gradient step' },
          y: { title: 'min ratio' },
          series: training.series,
        },
      ],
    };
  },
};

/** The RMS over samples of |p|. */
const size = (p: Tensor): number => ops.norm(p).item() / Math.sqrt(p.shape[0] ?? 1);

/** |p^l| / (prod_{m >= l} (1 - h_m K_m) |p^L|) for each l. */
function ratios(problem: Problem, family: Family, measure: Measure, parts: Parts): number[] {
  return scope(() => {
    const { states, costates } = parts.solve(problem, family, measure);
    const last = size(costates.at(-1)!);
    let bound = last;
    return measure.steps
      .map((h, l) => ({ h, l }))
      .reverse()
      .map(({ h, l }) => {
        const norms = spectralNorms(jacobians(family, states[l]!, measure.particles(l, 0))).toArray();
        bound *= Math.max(0, 1 - h * parts.rate(norms));
        return bound > 0 ? size(costates[l]!) / bound : Infinity;
      })
      .reverse();
  });
}

/** The same for the ODE: |p(., t)| divided by exp(- int_t^1 K) |p(., 1)|, on a fine grid. */
function odeRatios(problem: Problem, family: Family, measure: Measure, parts: Parts): number[] {
  return scope(() => {
    const { states, costates } = parts.solve(problem, family, measure, { integrator: 'rk4' });
    const rate = (l: number, c: number): number => {
      const norms = spectralNorms(jacobians(family, states[l + c]!, measure.particles(l, c))).toArray();
      return parts.rate(norms);
    };
    let integral = 0;
    return measure.steps
      .map((h, l) => ({ h, l }))
      .reverse()
      .map(({ h, l }) => {
        // The trapezoidal rule: K has kinks where the maximising sample changes, so a higher order would not help.
        integral += (h * (rate(l, 0) + rate(l, 1))) / 2;
        return size(costates[l]!) / (Math.exp(-integral) * size(costates.at(-1)!));
      })
      .reverse();
  });
}

function randomNets(
  { draw, quick, progress }: ClaimContext,
  parts: Parts,
): { discrete: number; continuous: number; series: Series[] } {
  const nets = quick ? 30 : 200;
  const slices = 8;
  let [discrete, continuous] = [Infinity, Infinity];
  const series: Series[] = [];
  for (let i = 0; i < nets; i++)
    scope(() => {
      const generator = draw(i);
      const { problem, family } = example(generator);
      const k = family.parameterCount(problem.embedding?.shape[0] ?? 0);
      const measure = gridMeasure(independentSlices(gaussian(0.7), generator, slices, 8, k, 'f64'));
      const along = ratios(problem, family, measure, parts);
      discrete = Math.min(discrete, ...along);
      if (i < 6) series.push({ name: `net ${i + 1}`, points: along.map((ratio, l) => [l / slices, ratio]) });
      // A tenth of the nets suffices for the ODE, which is solved on a fine grid.
      if (i % 10 === 0) {
        const path = smoothPaths(gaussian(0.7), generator, 8, k, { dtype: 'f64' });
        continuous = Math.min(continuous, ...odeRatios(problem, family, pathMeasure(path, 64), parts));
        progress((0.7 * i) / nets);
      }
    });
  return { discrete, continuous, series };
}

function example(generator: Generator): { problem: Problem; family: Family } {
  const [samples, features, d, outputs] = [10, 3, 3, 2];
  const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
  return {
    family: bottleneck('tanh'),
    problem: {
      inputs: normal(samples, features),
      targets: normal(samples, outputs),
      embedding: normal(d, features),
      readout: normal(outputs, d),
    },
  };
}

/** The smallest ratio over depth during training, on random data and on Fashion-MNIST. */
function throughTraining(
  { draw, quick, fashion }: ClaimContext,
  parts: Parts,
): { least: number; series: Series[]; reported: Record<string, number> } {
  const steps = quick ? 20 : 100;
  const generator = draw(5000);
  const drawn = example(generator);
  const problems: [string, Problem][] = [['drawn data', drawn.problem]];
  if (fashion) {
    const inputs = ops.divScalar(ops.sliceDim(fashion.inputs, 0, 0, 100), 4);
    const targets = tensor(
      Float64Array.from(
        fashion.labels.slice(0, 100).flatMap((label) => [0, 1, 2].map((c) => Number(label % 3 === c))),
      ),
      [100, 3],
    );
    const map = (...shape: number[]): Tensor => ops.mulScalar(generator.normal(shape, 'f64'), 0.5);
    problems.push(['Fashion-MNIST', { inputs, targets, embedding: map(6, 16), readout: map(3, 6) }]);
  }
  const reported: Record<string, number> = {};
  let least = Infinity;
  const series = problems.map(([name, problem]): Series => {
    const d = problem.embedding?.shape[0] ?? 0;
    let measure: GridMeasure = gridMeasure(
      independentSlices(gaussian(0.7), generator, 8, 8, drawn.family.parameterCount(d), 'f64'),
    );
    const points: [number, number][] = [];
    for (let step = 0; step <= steps; step++) {
      if (step % 5 === 0) points.push([step, Math.min(...ratios(problem, drawn.family, measure, parts))]);
      // dE/dtheta contains the factor 1 / (L M); the step removes it.
      measure = measure.withTheta(
        scope(() => {
          const { theta } = flowGradient(problem, drawn.family, measure);
          return ops.add(measure.theta, theta, -0.2 * 8 * 8);
        }),
      );
    }
    reported[`min ratio over training, ${name}`] = Math.min(...points.map(([, ratio]) => ratio));
    least = Math.min(least, reported[`min ratio over training, ${name}`] ?? NaN);
    return { name, points };
  });
  return { least, series, reported };
}

/** sigma_min(W1) sqrt(2E) <= |p(., 1)| <= sigma_max(W1) sqrt(2E), with equality for one output. */
function readoutBounds({ draw, quick }: ClaimContext): Check[] {
  let [low, high, equality] = [Infinity, 0, 0];
  // Its particles are zero, so that the state stays.
  const family = bottleneck('tanh');
  const still = gridMeasure(zeros([1, 1, family.parameterCount(4)], { dtype: 'f64' }));
  for (let i = 0; i < (quick ? 20 : 200); i++)
    scope(() => {
      const generator = draw(7000 + i);
      const [state, targets, single] = [
        [7, 4],
        [7, 2],
        [7, 1],
      ].map((shape) => generator.normal(shape, 'f64'));
      const [readout, row] = [
        [2, 4],
        [1, 4],
      ].map((shape) => generator.normal(shape, 'f64'));
      const p = (y: Tensor, w: Tensor): { norm: number; root: number } => {
        const problem = { inputs: state!, targets: y, readout: w };
        const r = ops.sub(ops.mm(state!, ops.transpose(w, 0, 1)), y);
        return { norm: size(solve(problem, family, still).costates.at(-1)!), root: size(r) };
      };
      const [largest = NaN, smallest = NaN] = ops.svdvals(readout!).toArray();
      const several = p(targets!, readout!);
      // p lies in the row space of W1, where the smallest singular value bounds W1^T from below.
      low = Math.min(low, several.norm / (smallest * several.root));
      high = Math.max(high, several.norm / (largest * several.root));
      const one = p(single!, row!);
      equality = Math.max(equality, Math.abs(one.norm / (ops.norm(row!).item() * one.root) - 1));
    });
  return [
    atLeast({ name: 'abs(p(., 1)) / (sigma_min(W1) sqrt(2E)), min', measured: low }, 1 - 1e-14),
    atMost({ name: 'abs(p(., 1)) / (sigma_max(W1) sqrt(2E)), max', measured: high }, 1 + 1e-14),
    atMost(
      { name: 'abs(w1) sqrt(2E) = abs(p(., 1)) for one output, relative error', measured: equality },
      1e-14,
    ),
  ];
}

const scalar = (value: number): Tensor => tensor([value], [1, 1, 1], { dtype: 'f64' });

/** f = - k x, and a contraction whose residual lies where it contracts most: both attain the bound. */
function attained(parts: Parts): Check[] {
  const decay = customFamily({ name: 'decay', parameterCount: 1, value: (x, k) => ops.neg(ops.mul(x, k)) });
  const squeeze = customFamily({
    name: 'squeeze',
    parameterCount: 1,
    value: (x, k) => ops.neg(ops.mul(ops.tanh(x), k)),
  });
  const inputs = tensor([0, 1, -2, 3], [4, 1], { dtype: 'f64' });
  const slices = 20;
  const rate = 5;
  const measure = gridMeasure(ops.expand(scalar(rate), [slices, 1, 1]));
  const deviation = (along: readonly number[]): number =>
    Math.max(...along.map((ratio) => Math.abs(ratio - 1)));
  // The residual is 1 only at x = 0, where the flow is stationary and contracts at its full rate.
  const fixed = parts.solve({ inputs, targets: inputs }, squeeze, measure).states.at(-1)!;
  const bump = tensor([1, 0, 0, 0], [4, 1], { dtype: 'f64' });
  return [
    atMost(
      {
        name: 'f = -k x, where the bound is attained: abs(ratio - 1)',
        measured: deviation(ratios({ inputs, targets: bump }, decay, measure, parts)),
      },
      1e-12,
    ),
    within(
      {
        name: 'tanh contraction, residual at its centre: ratio at depth 0',
        measured: ratios({ inputs, targets: ops.sub(fixed, bump) }, squeeze, measure, parts)[0] ?? NaN,
      },
      1,
      1e-9,
    ),
  ];
}

/** |p(., 0)| / E for f = - k x with a large residual: below 1, so the literal reading "|p| >= E" is false. */
function literalBound(parts: Parts): number {
  const decay = customFamily({ name: 'decay', parameterCount: 1, value: (x, k) => ops.neg(ops.mul(x, k)) });
  const rate = 1;
  return scope(() => {
    const inputs = tensor([1, -1], [2, 1], { dtype: 'f64' });
    // E = 4 times 2 |w1|^2 e^{2 k}, beyond which the literal bound contradicts the upper bound.
    const energy = 4 * 2 * Math.exp(2 * rate);
    const measure = gridMeasure(ops.expand(scalar(rate), [20, 1, 1]));
    const end = parts.solve({ inputs, targets: inputs }, decay, measure).states.at(-1)!;
    const targets = ops.addScalar(end, Math.sqrt(2 * energy));
    const { loss, costates } = parts.solve({ inputs, targets }, decay, measure);
    return size(costates[0]!) / loss;
  });
}
