/** Descent, gradient flow, expansion, kernel and laws, compared with exact answers and finite differences. */
import { expect, it } from 'vitest';
import { activationSeries } from './activation-series.ts';
import { activations } from './activation.ts';
import { denseArray, inner, row, type DenseArray } from './array.ts';
import { insertParticles, lineSearch, minimiseOverBall } from './descent.ts';
import { expandFlow } from './expansion.ts';
import { family } from './families.ts';
import {
  flow,
  flowGradient,
  functionalGradient,
  loss,
  uniformMeasure,
  velocityJacobians,
  type Problem,
} from './flow.ts';
import { linearisedDescent, tangentKernel } from './kernel.ts';
import { drawParticles, drawStarts, particleLaws } from './laws.ts';
import { numericalGradient, relativeError } from './numeric-gradient.ts';
import { seededNormal } from './random.ts';
import { spectralNorms, symmetricEigenvalues } from './symmetric-eigen.ts';
import { twoLayer } from './two-layer.ts';
import { flowMethods, wassersteinFlow } from './wasserstein-flow.ts';

const normal = seededNormal(9);
const random = (...shape: number[]): DenseArray => denseArray(shape, denseArray(shape).data.map(normal));
const [samples, d] = [6, 2];
const problem: Problem = {
  inputs: random(samples, d),
  targets: random(samples, 1),
  embedding: denseArray([d, d], [1, 0, 0, 1]),
  readout: denseArray([1, d], [0, 1]),
};
const tanh = family('bottleneck', 'tanh');
const drawn = (slices = 3, particles = 4): ReturnType<typeof uniformMeasure> =>
  uniformMeasure(drawParticles('gaussian', { seed: 2, scale: 1, slices, particles, size: 5 }));
const energy = (measure: ReturnType<typeof uniformMeasure>): number =>
  loss(problem, flow(problem, tanh, measure).at(-1)!);

it('the loops over samples add the value and the pull-back of each', () => {
  const [states, costates] = [random(samples, 3), random(samples, 3)];
  for (const one of [
    family('bottleneck', 'gelu'),
    family('matrix', 'softplus'),
    twoLayer(family('matrix', 'erf')),
  ]) {
    const theta = random(1, one.parameterCount(3)).data;
    const [values, dStates, dTheta] = [
      random(samples, 3).data,
      random(samples, 3).data,
      random(1, theta.length).data,
    ];
    const before = [values.slice(), dStates.slice(), dTheta.slice()] as const;
    one.addValues(states, theta, 0.3, values);
    one.addPullback(states, theta, costates, 0.3, { states: dStates, theta: dTheta });
    const sum = before[2].slice();
    for (let n = 0; n < samples; n++) {
      const [x, p] = [row(states, n), row(costates, n)];
      const { x: dx, theta: pulled } = one.vjp(x, theta, p);
      one.value(x, theta).forEach((f, i) => {
        expect(values[n * 3 + i]).toBeCloseTo(before[0][n * 3 + i]! + 0.3 * f, 13);
        expect(dStates[n * 3 + i]).toBeCloseTo(before[1][n * 3 + i]! + 0.3 * dx[i]!, 13);
      });
      pulled.forEach((g, e) => {
        sum[e]! += 0.3 * g;
      });
    }
    expect(relativeError(dTheta, sum)).toBeLessThan(1e-13);
  }
});

it('rejects states and costates of different shape, and destinations of another size', () => {
  const theta = random(1, 5).data;
  const states = random(samples, 2);
  expect(() => {
    tanh.addValues(states, theta, 1, new Float64Array(3));
  }).toThrow('must have the same size');
  expect(() => {
    tanh.addPullback(states, theta, random(samples, 3), 1, {});
  }).toThrow('must agree');
  expect(() => {
    tanh.addValues(states, theta.subarray(1), 1, new Float64Array(2 * samples));
  }).toThrow('needs 5 numbers, got 4');
});

it('Jacobians of the velocity equal finite differences', () => {
  const measure = drawn();
  const x = random(1, d);
  const jacobian = velocityJacobians(tanh, measure, 1, x);
  for (let i = 0; i < d; i++) {
    const component = (): number => {
      const sum = new Float64Array(d);
      for (let j = 0; j < 4; j++)
        tanh.addValues(x, measure.theta.data.subarray((4 + j) * 5, (5 + j) * 5), 1 / 4, sum);
      return sum[i]!;
    };
    expect(
      relativeError(jacobian.data.slice(i * d, (i + 1) * d), numericalGradient(component, x.data)),
    ).toBeLessThan(1e-9);
  }
});

it('the two-layer model predicts the mean of its blocks', () => {
  const measure = drawn(1, 7);
  const end = flow(problem, twoLayer(tanh), measure).at(-1)!;
  for (let n = 0; n < samples; n++) {
    let height = 0;
    for (let j = 0; j < 7; j++)
      height += tanh.value(row(problem.inputs, n), measure.theta.data.subarray(5 * j, 5 * j + 5))[1]! / 7;
    expect(row(end, n)[1]).toBeCloseTo(height, 13);
  }
});

it('no point of the ball has a lower G than the minimum', () => {
  const [state, costate] = [random(samples, d), random(samples, d)];
  const starts = drawStarts({ seed: 4, radius: 2, count: 10, size: 5 });
  const { theta, value } = minimiseOverBall(tanh, state, costate, starts, { radius: 2, steps: 200 });
  expect(Math.hypot(...theta)).toBeLessThanOrEqual(2 + 1e-12);
  expect(functionalGradient(tanh, state, costate, theta)).toBe(value);
  const tries = drawStarts({ seed: 5, radius: 2, count: 2000, size: 5 });
  for (let i = 0; i < 2000; i++)
    expect(functionalGradient(tanh, state, costate, row(tries, i))).toBeGreaterThan(value - 1e-9);
});

it('a mixture keeps the mass of rho and drops weights of 0, and E falls along it as G predicts', () => {
  const measure = drawn();
  const nu = random(3, 2, 5);
  const mixed = insertParticles(measure, nu, 0.25);
  expect(mixed.theta.shape).toEqual([3, 6, 5]);
  expect(row(mixed.weight, 1).reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 15);
  expect(Array.from(row(mixed.weight, 1))).toEqual([0.1875, 0.1875, 0.1875, 0.1875, 0.125, 0.125]);
  expect(insertParticles(measure, nu, 0)).toBe(measure);
  expect(insertParticles(measure, nu, 1).theta.data).toEqual(nu.data);
  const { states, costates } = flowGradient(problem, tanh, measure);
  const meanOf = (theta: DenseArray, l: number, count: number): number => {
    let sum = 0;
    for (let j = 0; j < count; j++) {
      const particle = theta.data.subarray((l * count + j) * 5, (l * count + j + 1) * 5);
      sum += functionalGradient(tanh, states[l]!, costates[l + 1]!, particle) / count;
    }
    return sum;
  };
  const gap = [0, 1, 2].reduce((sum, l) => sum + (meanOf(nu, l, 2) - meanOf(measure.theta, l, 4)) / 3, 0);
  const slope = (energy(insertParticles(measure, nu, 1e-6)) - energy(measure)) / 1e-6;
  expect(slope / gap).toBeCloseTo(1, 4);
});

it.each([
  [0.3, (x: number) => (x - 0.3) ** 2],
  [0, (x: number) => x],
  [1, (x: number) => -x],
  [0.001, (x: number) => (x - 0.001) ** 2],
])('line search finds the minimum at %d', (minimum, f) => {
  const found = lineSearch(f);
  expect(found.lambda).toBeCloseTo(minimum, 2);
  expect(found.loss).toBeLessThanOrEqual(f(0));
});

it.each(flowMethods)('the energy defect of the gradient flow by %s has the order of the scheme', (method) => {
  const order = { euler: 1, heun: 2, rk4: 4 }[method];
  const defect = (steps: number): number => {
    const end = wassersteinFlow(problem, tanh, drawn(), { ds: 1 / steps, steps, method });
    return Math.abs(energy(drawn()) - end.loss - end.dissipated);
  };
  const slope = Math.log2(defect(32) / defect(64));
  expect(slope).toBeGreaterThan(order - 0.4);
  expect(slope).toBeLessThan(order + 0.6);
});

it('D is the rate at which E falls', () => {
  const points: { loss: number; dissipation: number }[] = [];
  wassersteinFlow(problem, tanh, drawn(), { ds: 1e-4, steps: 1, onStep: (point) => points.push(point) });
  const [before, after] = points;
  expect((before!.loss - after!.loss) / 1e-4 / before!.dissipation).toBeCloseTo(1, 3);
});

it.each(['tanh', 'softplus', 'gelu', 'erf'] as const)('the series of %s is its Taylor polynomial', (name) => {
  const u = [0.3, 0.7, -0.2, 0.1, 0.05];
  const series = activationSeries(name, u);
  const at = (coefficients: readonly number[], eps: number): number =>
    coefficients.reduce((sum, c, k) => sum + c * eps ** k, 0);
  const left = (eps: number): number => Math.abs(activations[name].value(at(u, eps)) - at(series, eps));
  expect(left(0.01)).toBeLessThan(1e-9);
  expect(Math.log2(left(0.2) / left(0.1))).toBeCloseTo(5, 0);
});

it('relu has no series', () => {
  expect(() => activationSeries('relu', [1])).toThrow('relu is not smooth');
});

it('the orders of the expansion start with the state at depth 0 and the two-layer sum', () => {
  const measure = drawn();
  const orders = expandFlow(problem, tanh, measure, 2);
  expect(orders[0]!.data).toEqual(problem.inputs.data);
  const first = denseArray([samples, d]);
  for (let j = 0; j < 12; j++)
    tanh.addValues(problem.inputs, measure.theta.data.subarray(5 * j, 5 * j + 5), 1 / 12, first.data);
  expect(relativeError(orders[1]!.data, first.data)).toBeLessThan(1e-13);
});

it('the tangent kernel gives the velocity of predictions under the gradient flow', () => {
  const measure = drawn();
  const heights = (m: typeof measure): Float64Array =>
    flow(problem, tanh, m)
      .at(-1)!
      .data.filter((_, i) => i % d === 1);
  const ds = 1e-6;
  const end = wassersteinFlow(problem, tanh, measure, { ds, steps: 1 });
  const [u, moved] = [heights(measure), heights(end.measure)];
  const kernel = tangentKernel(problem, tanh, measure);
  const expected = u.map((_, n) => {
    let sum = 0;
    u.forEach((value, m) => {
      sum += kernel.data[n * samples + m]! * (value - problem.targets.data[m]!);
    });
    return -sum / samples;
  });
  expect(
    relativeError(
      moved.map((value, n) => (value - u[n]!) / ds),
      expected,
    ),
  ).toBeLessThan(1e-4);
});

it('the linearised model of one sample decays as (1 - eta K)^k', () => {
  const { losses, residual, moved } = linearisedDescent(denseArray([1, 1], [0.5]), Float64Array.of(2), {
    eta: 0.4,
    steps: 3,
  });
  expect(residual[0]).toBeCloseTo(2 * 0.8 ** 3, 14);
  expect(Array.from(losses, (e) => Math.sqrt(2 * e))).toEqual(
    [2, 1.6, 1.28, 1.024].map((r) => expect.closeTo(r, 13) as number),
  );
  expect(moved[0]).toBeCloseTo(0.4 * (2 + 1.6 + 1.28), 14);
});

it.each(particleLaws)(
  'particles of the law %s depend on the seed, and have the lengths that it prescribes',
  (law) => {
    const draw = (seed: number, scale = 2): DenseArray =>
      drawParticles(law, { seed, scale, slices: 20, particles: 50, size: 5 });
    expect(draw(1).data).toEqual(draw(1).data);
    const particles = draw(1);
    const lengths = Array.from({ length: 1000 }, (_, i) =>
      Math.hypot(...particles.data.subarray(5 * i, 5 * i + 5)),
    );
    const square = inner(particles, particles) / 1000;
    if (law === 'zero') expect(Math.max(...lengths)).toBe(0);
    else expect(draw(1).data).not.toEqual(draw(2).data);
    if (law === 'sphere') for (const length of lengths) expect(length).toBeCloseTo(2, 12);
    if (law === 'ball') {
      expect(Math.max(...lengths)).toBeLessThanOrEqual(2);
      expect(square).toBeCloseTo((4 * 5) / 7, 0);
    }
    // Each coordinate has variance scale^2; the cosine of a random phase halves it.
    if (law === 'gaussian') expect(square / 20).toBeCloseTo(1, 1);
    if (law === 'smooth') expect(square / 10).toBeCloseTo(1, 0.5);
  },
);

it('smooth paths are the same function of depth for any number of steps', () => {
  const at = (slices: number): DenseArray =>
    drawParticles('smooth', { seed: 3, scale: 1, slices, particles: 2, size: 5 });
  expect(Array.from(at(8).data.slice(10, 20))).toEqual(Array.from(at(32).data.slice(40, 50)));
});

it('eigenvalues of a symmetric matrix, and norms of others', () => {
  // The second-difference matrix has eigenvalues 2 - 2 cos(k pi / 4).
  const second = denseArray([3, 3], [2, -1, 0, -1, 2, -1, 0, -1, 2]);
  symmetricEigenvalues(second).forEach((value, k) => {
    expect(value).toBeCloseTo(2 - 2 * Math.cos(((k + 1) * Math.PI) / 4), 13);
  });
  const norms = spectralNorms(denseArray([3, 2, 2], [3, 0, 0, -4, 0, 1, 0, 0, 1, 1, 1, 1]));
  expect(Array.from(norms)).toEqual([4, 1, 2].map((norm) => expect.closeTo(norm, 13) as number));
});
