import { describe, expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { Generator, liveTensorCount, noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import {
  batchSampler,
  bottleneck,
  conditionalGradient,
  customFamily,
  energy,
  flowGradient,
  functionalGradient,
  gaussian,
  gridMeasure,
  type GridMeasure,
  independentSlices,
  intervalMeasure,
  outerWeights,
  type Problem,
  solve,
  stochasticDescent,
  wassersteinFlow,
  weightRate,
} from '../index.ts';
import { descentField } from './descent-field.ts';

const family = bottleneck('tanh');
const normal = (seed: number, ...shape: number[]): Tensor => new Generator(seed).normal(shape, 'f64');

function setUp({ slices = 3, particles = 4 } = {}): { problem: Problem; measure: GridMeasure } {
  const problem = { inputs: normal(1, 6, 2), targets: normal(2, 6, 1), readout: normal(3, 1, 2) };
  const theta = independentSlices(gaussian(), new Generator(4), slices, particles, 5, 'f64');
  return { problem, measure: gridMeasure(theta) };
}

const inScope = (body: () => void): (() => void) => {
  return () => {
    noGrad(() => {
      scope(body);
    });
  };
};

const far = (a: Tensor, b: Tensor): number => ops.norm(ops.sub(a, b)).item();

describe('the field', () => {
  it(
    'is dE/dtheta over mass, and D is its square',
    inScope(() => {
      const { problem, measure } = setUp();
      const weight = tensor([0.1, 0.2, 0.3, 0.4, 0.4, 0.3, 0.2, 0.1, 0.25, 0.25, 0.25, 0.25], [3, 4], {
        dtype: 'f64',
      });
      const weighted = measure.withWeight(weight);
      const { slope, dissipation, loss } = descentField(problem, family, weighted)(weighted);
      const { theta } = flowGradient(problem, family, weighted);
      const mass = ops.unsqueeze(ops.divScalar(weight, 3), 2);
      expect(far(ops.mul(slope, mass), theta)).toBeLessThan(1e-14);
      const square = ops.sum(ops.mul(ops.mul(slope, slope), mass)).item();
      expect(dissipation).toBeCloseTo(square, 14);
      expect(loss).toBe(energy(problem, family, weighted));
    }),
  );

  it(
    'gives particles of weight 0 the slope of G',
    inScope(() => {
      const { problem, measure } = setUp();
      const weight = tensor([0, 0, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 1, 0, 0, 0], [3, 4], { dtype: 'f64' });
      const partial = measure.withWeight(weight);
      const { slope } = descentField(problem, family, partial)(partial);
      const solution = solve(problem, family, partial);
      [0, 1, 2].forEach((l) => {
        const expected = functionalGradient(solution, l).slope(ops.select(measure.theta, 0, l));
        expect(far(ops.select(slope, 0, l), expected)).toBeLessThan(1e-14);
      });
    }),
  );

  it(
    'averages the slope over the depth of an interval',
    inScope(() => {
      const { problem } = setUp();
      const intervals = intervalMeasure(normal(7, 3, 5), { tau: [0, 0.2, 0.5], tauEnd: [0.5, 1, 0.5] });
      const { slope } = descentField(problem, family, intervals)(intervals);
      const { theta } = flowGradient(problem, family, intervals);
      expect(far(ops.select(slope, 0, 1), ops.divScalar(ops.select(theta, 0, 1), 0.8))).toBeLessThan(1e-14);
      // An empty interval acts nowhere, so its particle does not move.
      expect(ops.norm(ops.select(slope, 0, 2)).item()).toBe(0);
    }),
  );
});

describe('the flow', () => {
  it(
    'is exact for one particle of a quadratic loss',
    inScope(() => {
      // f = theta, one step: E = 1/2 (x + theta - y)^2, theta(s) - (y - x) = (theta_0 - (y - x)) e^{-s}.
      const constant = customFamily({ parameterCount: 1, value: (x, k) => ops.add(ops.mulScalar(x, 0), k) });
      const one = (value: number): Tensor => tensor([value], [1, 1], { dtype: 'f64' });
      const problem = { inputs: one(1), targets: one(3) };
      const start = gridMeasure(tensor([0], [1, 1, 1], { dtype: 'f64' }));
      const end = wassersteinFlow(problem, constant, start, {
        method: 'adaptive',
        ds: 0.1,
        until: 1,
        tolerances: { relative: 1e-10, absolute: 1e-10 },
      });
      expect(end.reason).toBe('time');
      expect(end.s).toBe(1);
      expect(end.measure.theta.item()).toBeCloseTo(2 - 2 * Math.exp(-1), 9);
      expect(end.dissipated).toBeCloseTo(2 - end.loss, 9);
      const euler = wassersteinFlow(problem, constant, start, { ds: 0.1, maxSteps: 10 });
      expect(euler.measure.theta.item()).toBeCloseTo(2 - 2 * 0.9 ** 10, 12);
    }),
  );

  it(
    'Euler steps are gradient descent on theta',
    inScope(() => {
      const { problem, measure } = setUp();
      const { theta } = flowGradient(problem, family, measure);
      const end = wassersteinFlow(problem, family, measure, { ds: 0.1, maxSteps: 1 });
      expect(far(end.measure.theta, ops.add(measure.theta, theta, -0.1 * 12))).toBeLessThan(1e-14);
      expect(end.measure.weight).toBe(measure.weight);
    }),
  );

  it.each([
    ['euler', 1],
    ['heun', 2],
    ['rk4', 4],
  ] as const)('keeps the energy identity to the order of %s', (method, order) => {
    inScope(() => {
      const { problem, measure } = setUp();
      const [coarse = 0, fine = 0] = [0.1, 0.05].map((ds) => {
        let first = NaN;
        const { loss, dissipated } = wassersteinFlow(problem, family, measure, {
          method,
          ds,
          maxSteps: Math.round(1 / ds),
          onStep: (point) => (first = point.step === 0 ? point.loss : first),
        });
        return Math.abs(first - loss - dissipated);
      });
      expect(Math.log2(coarse / fine)).toBeGreaterThan(order - 0.3);
    })();
  });

  it('reports why it stops', () => {
    inScope(() => {
      const { problem, measure } = setUp();
      const run = (options: object): string =>
        wassersteinFlow(problem, family, measure, { ds: 0.1, ...options }).reason;
      expect(run({ maxSteps: 3 })).toBe('steps');
      expect(run({ targetLoss: 1e9 })).toBe('target');
      expect(run({ until: 0.25 })).toBe('time');
      expect(run({ minDissipation: 1e9 })).toBe('stationary');
      expect(run({ onStep: ({ step }: { step: number }) => step < 2 })).toBe('stopped');
      expect(run({ ds: 1e6, maxSteps: 50 })).toBe('diverged');
    })();
  });

  it('frees its tensors', () => {
    inScope(() => {
      const { problem, measure } = setUp();
      const counts: number[] = [];
      wassersteinFlow(problem, family, measure, {
        ds: 0.1,
        maxSteps: 20,
        onStep: () => counts.push(liveTensorCount()),
      });
      expect(counts.at(-1)).toBe(counts[2]);
    })();
  });

  it('rejects a step that is not positive, and particles that do not match', () => {
    const { problem, measure } = setUp();
    expect(() => wassersteinFlow(problem, family, measure, { ds: 0 })).toThrow(UsageError);
    const wrong = gridMeasure(normal(1, 2, 2, 4));
    expect(() => wassersteinFlow(problem, family, wrong, { ds: 0.1 })).toThrow(/needs particles \[M, 5\]/);
  });
});

describe('weights', () => {
  it.each(['fisher-rao', 'conic'] as const)('%s: E falls by D', (motion) => {
    inScope(() => {
      const { problem, measure } = setUp();
      let first = NaN;
      const {
        loss,
        dissipated,
        measure: end,
      } = wassersteinFlow(problem, family, measure, {
        method: 'rk4',
        ds: 0.05,
        maxSteps: 20,
        weightRate: weightRate(motion),
        onStep: (point) => (first = point.step === 0 ? point.loss : first),
      });
      expect(Math.abs((first - loss) / dissipated - 1)).toBeLessThan(1e-4);
      expect(far(end.weight, measure.weight)).toBeGreaterThan(1e-3);
      const masses = ops.sumDim(end.weight, [1]).toArray();
      // Fisher-Rao preserves the mass of every slice; the conic flow does not.
      const off = Math.max(...masses.map((mass) => Math.abs(mass - 1)));
      if (motion === 'fisher-rao') expect(off).toBeLessThan(1e-6);
      else expect(off).toBeGreaterThan(1e-3);
    })();
  });
});

describe('stochastic descent', () => {
  it('with batches of all samples is the flow', () => {
    inScope(() => {
      const { problem, measure } = setUp();
      const options = { ds: 0.1, maxSteps: 5 };
      const whole = wassersteinFlow(problem, family, measure, options);
      const batched = stochasticDescent(problem, family, measure, {
        ...options,
        batch: 6,
        sampling: 'epochs',
        generator: new Generator(1),
      });
      expect(far(whole.measure.theta, batched.measure.theta)).toBeLessThan(1e-13);
    })();
  });

  it('draws each sample once per epoch, or independently', () => {
    const next = batchSampler(5, { batch: 2, sampling: 'epochs', generator: new Generator(3) });
    const epoch = [...next(), ...next(), ...next()].slice(0, 5);
    expect([...epoch].sort()).toEqual([0, 1, 2, 3, 4]);
    const loose = batchSampler(5, { batch: 5, generator: new Generator(3) });
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 1000; i++) for (const j of loose()) counts[j]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(800));
    expect(() => batchSampler(5, { batch: 6, generator: new Generator(3) })).toThrow(UsageError);
  });

  it('adds noise of variance 2 beta ds', () => {
    inScope(() => {
      const still = customFamily({ parameterCount: 1, value: (x, k) => ops.mul(x, ops.mulScalar(k, 0)) });
      const start = gridMeasure(ops.zeros([1, 2000, 1], 'f64'));
      const problem = { inputs: normal(1, 2, 1), targets: normal(2, 2, 1) };
      const { measure } = stochasticDescent(problem, { ...still }, start, {
        ds: 0.5,
        maxSteps: 2,
        batch: 1,
        noise: 0.3,
        generator: new Generator(5),
      });
      const variance = ops.norm(measure.theta).item() ** 2 / 2000;
      expect(Math.abs(variance / (2 * 0.3 * 1) - 1)).toBeLessThan(0.15);
    })();
  });
});

describe('conditional gradient', () => {
  it('lowers E in every round, and further with corrective steps', () => {
    inScope(() => {
      const { problem } = setUp();
      const start = gridMeasure(ops.zeros([3, 1, 5], 'f64'));
      const run = (correctiveSteps: number): number[] =>
        conditionalGradient(problem, family, start, {
          radius: 4,
          generator: new Generator(1),
          starts: 8,
          steps: 20,
          rounds: 6,
          correctiveSteps,
          polish: outerWeights(2),
        }).rounds.map(({ loss }) => loss);
      const plain = run(0);
      const falls = plain.slice(1).map((loss, i) => (plain[i] ?? 0) - loss);
      expect(Math.min(...falls)).toBeGreaterThanOrEqual(0);
      expect(plain.at(-1)).toBeLessThan(0.5 * energy(problem, family, start));
      expect(run(10).at(-1)).toBeLessThan(plain.at(-1) ?? 0);
    })();
  });
});
