import { expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { Generator, noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import {
  bottleneck,
  energy,
  fitCostate,
  functionalGradient,
  gaussian,
  gridMeasure,
  type GridMeasure,
  independentSlices,
  insertParticles,
  lineSearch,
  matrix,
  minimiseOverBall,
  mixture,
  mixtureInStep,
  outerWeights,
  type Problem,
  projectOnBall,
  solve,
  sphere,
  steepestDirection,
} from '../index.ts';

const family = bottleneck('tanh');
const normal = (seed: number, ...shape: number[]): Tensor => new Generator(seed).normal(shape, 'f64');
const inScope = (body: () => void): (() => void) => {
  return () => {
    noGrad(() => {
      scope(body);
    });
  };
};

function setUp(): { problem: Problem; measure: GridMeasure } {
  const problem = { inputs: normal(1, 6, 2), targets: normal(2, 6, 1), readout: normal(3, 1, 2) };
  return { problem, measure: gridMeasure(independentSlices(gaussian(), new Generator(4), 3, 4, 5, 'f64')) };
}

const lengths = (theta: Tensor): number[] => ops.sqrt(ops.sumDim(ops.mul(theta, theta), [1])).toArray();

it(
  'projects onto the ball, and leaves points inside unchanged',
  inScope(() => {
    const theta = ops.mul(normal(1, 5, 3), ops.view(ops.arange(5, 'f64'), [5, 1]));
    const projected = projectOnBall(theta, 1.5);
    lengths(theta).forEach((length, i) => {
      expect(lengths(projected)[i]).toBeCloseTo(Math.min(1.5, length), 12);
    });
  }),
);

it(
  'random blocks in the ball do not have a lower G',
  inScope(() => {
    const { problem, measure } = setUp();
    const solution = solve(problem, family, measure);
    const gradient = functionalGradient(solution, 1);
    const options = { radius: 3, generator: new Generator(9) };
    const { theta, values } = minimiseOverBall(gradient, 5, { ...options, polish: outerWeights(2) });
    expect(lengths(theta)[0]).toBeCloseTo(3, 9);
    expect(gradient.value(theta).toArray()[0]).toBeCloseTo(values[0]!, 14);
    const random = gradient.value(sphere(3)(new Generator(10), 20_000, 5, 'f64'));
    expect(values[0]).toBeLessThan(ops.min(random).item());
    // Without the closed form, it finds the same minimum more slowly.
    const plain = minimiseOverBall(gradient, 5, { ...options, steps: 400 });
    expect(plain.values[0]! / values[0]!).toBeCloseTo(1, 3);
  }),
);

it(
  'uses the given starts, within the ball, without a generator',
  inScope(() => {
    const { problem, measure } = setUp();
    const gradient = functionalGradient(solve(problem, family, measure), 1);
    const starts = sphere(3)(new Generator(4), 8, 5, 'f64');
    const found = minimiseOverBall(gradient, 5, { radius: 3, starts }).values[0];
    expect(minimiseOverBall(gradient, 5, { radius: 3, starts }).values[0]).toBe(found);
    const far = minimiseOverBall(gradient, 5, { radius: 3, starts: ops.mulScalar(starts, 7) });
    expect(far.values[0]).toBeCloseTo(found!, 12);
    expect(found).toBeLessThan(ops.min(gradient.value(starts)).item());
    expect(() => minimiseOverBall(gradient, 5, { radius: 3 })).toThrow('needs a generator');
    expect(() => minimiseOverBall(gradient, 4, { radius: 3, starts })).toThrow(
      'starts: expected [starts, 4], got shape [8, 5]',
    );
  }),
);

it(
  'finds the exact minimum of a linear G',
  inScope(() => {
    const slope = normal(3, 1, 4);
    const linear = {
      value: (theta: Tensor) => ops.select(ops.mm(theta, ops.transpose(slope, 0, 1)), 1, 0),
      slope: (theta: Tensor) => ops.expand(slope, [theta.shape[0] ?? 0, 4]),
      stages: [],
    };
    const { values } = minimiseOverBall(linear, 4, { radius: 2, generator: new Generator(1) });
    expect(values[0]).toBeCloseTo(-2 * ops.norm(slope).item(), 6);
  }),
);

it(
  'separates several minimisers, best first',
  inScope(() => {
    const { problem, measure } = setUp();
    const gradient = functionalGradient(solve(problem, family, measure), 0);
    const options = { radius: 3, generator: new Generator(9), starts: 16, polish: outerWeights(2) };
    const { theta, values } = minimiseOverBall(gradient, 5, { ...options, atoms: 4 });
    expect(theta.shape).toEqual([4, 5]);
    expect(values[0]).toBe(Math.min(...values));
    expect(() => minimiseOverBall(gradient, 5, { ...options, atoms: 17 })).toThrow(UsageError);
  }),
);

it(
  'the gap is the first variation of E along the inserted particles',
  inScope(() => {
    const { problem, measure } = setUp();
    const solution = solve(problem, family, measure);
    const direction = steepestDirection(solution, {
      radius: 3,
      generator: new Generator(2),
      atoms: 2,
      polish: outerWeights(2),
    });
    const lambda = 1e-6;
    const there = energy(problem, family, insertParticles(measure, direction.theta, lambda));
    expect((there - solution.loss) / lambda / direction.gap).toBeCloseTo(1, 4);
    expect(direction.gap).toBeLessThan(0);
  }),
);

it(
  'insertion mixes the measure with Diracs',
  inScope(() => {
    const { problem, measure } = setUp();
    const theta = normal(8, 3, 2, 5);
    for (const lambda of [0, 0.3, 1]) {
      const inserted = energy(problem, family, insertParticles(measure, theta, lambda));
      expect(inserted).toBeCloseTo(energy(problem, family, mixture(measure, gridMeasure(theta), lambda)), 14);
    }
    expect(insertParticles(measure, theta, 1).theta.shape).toEqual([3, 2, 5]);
    const nu = { theta: normal(9, 2, 5), weight: ops.full([2], 0.5, 'f64') };
    const everywhere = energy(problem, family, mixtureInStep(measure, 1, nu, 0.3));
    const all = ops.stack([ops.select(theta, 0, 0), nu.theta, ops.select(theta, 0, 0)]);
    expect(everywhere).not.toBe(energy(problem, family, insertParticles(measure, all, 0.3)));
    expect(energy(problem, family, mixtureInStep(measure, 1, nu, 0))).toBeCloseTo(
      energy(problem, family, measure),
      14,
    );
  }),
);

it(
  'line search finds the minimum of a parabola, and returns 0 if E rises',
  inScope(() => {
    // With one step and one particle, E((1 - lambda) rho + lambda nu) is quadratic in lambda.
    const problem = { inputs: normal(1, 6, 2), targets: normal(2, 6, 2) };
    const at = (seed: number): GridMeasure => gridMeasure(normal(seed, 1, 1, 5));
    const along = (lambda: number): ReturnType<typeof mixture> => mixture(at(4), at(5), lambda);
    const [e0, e1, e2] = [0, 0.5, 1].map((lambda) => energy(problem, family, along(lambda))) as [
      number,
      number,
      number,
    ];
    const bend = 2 * (e0 + e2 - 2 * e1);
    const best = -(e2 - e0 - bend) / (2 * bend);
    const { lambda, loss } = lineSearch(problem, family, along);
    if (best > 0 && best < 1) expect(lambda).toBeCloseTo(best, 2);
    else expect(lambda).toBe(best >= 1 ? 1 : 0);
    expect(loss).toBeLessThanOrEqual(Math.min(e0, e1, e2));
    const back = lineSearch(problem, family, (step) => along(Math.min(1, Math.max(0, best)) * (1 - step)));
    expect(back.lambda).toBe(0);
  }),
);

it(
  'fits the costate on the data',
  inScope(() => {
    const [state, costate] = [normal(1, 6, 2), normal(2, 6, 2)];
    const { theta, captured, total } = fitCostate(state, costate, {
      count: 24,
      generator: new Generator(3),
    });
    const integral = family.velocity(state, { theta, weight: ops.full([24], 1 / 24, 'f64') });
    expect(ops.norm(ops.add(integral, costate)).item()).toBeLessThan(1e-9);
    expect(captured / total).toBeCloseTo(1, 12);
    expect(total).toBeCloseTo(ops.norm(costate).item() ** 2 / 6, 12);
    const few = fitCostate(state, costate, { count: 2, generator: new Generator(3) });
    const part = family.velocity(state, { theta: few.theta, weight: ops.full([2], 1 / 2, 'f64') });
    // - Pi p . p = - |Pi p|^2.
    expect(ops.sum(ops.mul(part, costate)).item() / 6).toBeCloseTo(-few.captured, 12);
    expect(few.captured).toBeLessThan(total);
    expect(() => fitCostate(state, normal(2, 5, 2), { count: 2, generator: new Generator(3) })).toThrow(
      /have different shapes/,
    );
  }),
);

it(
  'also minimises a family without a closed form',
  inScope(() => {
    const { problem } = setUp();
    const measure = gridMeasure(ops.zeros([2, 1, 4], 'f64'));
    const solution = solve(problem, matrix('tanh'), measure);
    const { gap } = steepestDirection(solution, { radius: 1, generator: new Generator(1) });
    expect(gap).toBeLessThan(0);
  }),
);

it(
  'reports a flow that overflows instead of returning NaN',
  inScope(() => {
    const { problem } = setUp();
    const huge = gridMeasure(ops.mulScalar(normal(4, 3, 4, 5), 1e200));
    const relu = bottleneck('relu');
    const options = { radius: 1, starts: 2, generator: new Generator(1) };
    expect(() => steepestDirection(solve(problem, relu, huge), options)).toThrow(/G is not finite in step/);
    expect(() => lineSearch(problem, relu, () => huge)).toThrow('lineSearch: E is');
  }),
);

it(
  'rejects atoms that do not match the measure',
  inScope(() => {
    const { measure } = setUp();
    for (const shape of [
      [2, 1, 5],
      [3, 1, 4],
      [3, 5],
      [3, 0, 5],
    ])
      expect(() => insertParticles(measure, normal(1, ...shape), 0.5)).toThrow(
        `expected atoms [3, m, 5], got shape [${shape.join(', ')}]`,
      );
  }),
);
