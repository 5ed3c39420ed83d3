import { describe, expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { relativeError } from '../../reference/index.ts';
import { enableGrad, Generator, grad, noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import { bottleneck, type Family, familyActivations, matrix, twoLayer } from '../families/index.ts';
import { flow } from '../flow.ts';
import { energy, flowGradient, predict } from '../gradient.ts';
import { slicesOf } from '../integrators/runge-kutta.ts';
import { gridMeasure, type GridMeasure } from '../measures/index.ts';
import { initialState, predictionOf, type Problem } from '../problem.ts';
import { lazyProblem } from './lazy.ts';
import { kernelRidge, linearisedModel } from './linearised.ts';
import { type Metric, metrics, tangentKernel, tangentKernelSize } from './tangent-kernel.ts';
import { tangentPull, tangentPush } from './tangent-space.ts';

interface Net {
  readonly problem: Problem;
  readonly family: Family;
  readonly measure: GridMeasure;
}

function net(family: Family, { seed = 1, slices = 3, particles = 5, outputs = 2 } = {}): Net {
  const generator = new Generator(seed);
  const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
  const [samples, features, d] = [6, 3, 4];
  const weight = ops.addScalar(generator.uniform([slices, particles], 'f64'), 0.1);
  const steps = Array.from({ length: slices }, (_, l) => (l + 1) / slices);
  return {
    family,
    problem: {
      inputs: normal(samples, features),
      targets: normal(samples, outputs),
      embedding: normal(d, features),
      readout: normal(outputs, d),
    },
    measure: gridMeasure(normal(slices, particles, family.parameterCount(d)), { weight, steps }),
  };
}

/** J, [N C, L M k], row by row by autograd through the whole network. */
function jacobian({ problem, family, measure }: Net): Tensor {
  const leaf = ops.detach(measure.theta).setRequiresGrad();
  const prediction = enableGrad(() =>
    predictionOf(
      problem,
      flow(slicesOf(family, measure.withTheta(leaf)), initialState(problem), measure.steps),
    ),
  );
  const entries = ops.unbind(ops.reshape(prediction, [-1]), 0);
  return ops.stack(
    entries.map((one) => ops.reshape(grad(one, [leaf], { retainGraph: true })[0]!, [-1])),
    0,
  );
}

/** K from its definition J M J^T, with M = 1 / (h w) or 1. */
function kernelByDefinition(net: Net, metric: Metric): Tensor {
  const [slices = 0, particles = 0, k = 0] = net.measure.theta.shape;
  const weights = net.measure.weight.toArray();
  const mobility = Float64Array.from({ length: slices * particles * k }, (_, i) => {
    const particle = Math.floor(i / k);
    const h = net.measure.steps[Math.floor(particle / particles)] ?? 0;
    return metric === 'euclidean' ? 1 : 1 / (h * (weights[particle] ?? 0));
  });
  const j = jacobian(net);
  return ops.mm(ops.mul(j, tensor(mobility)), ops.transpose(j, 0, 1));
}

const near = (a: Tensor, b: Tensor): number => relativeError(a.toArray(), b.toArray());
function withoutClosedForm(family: Family): Family {
  const slow = { ...family };
  delete slow.tangent;
  return slow;
}

const families = [
  ...familyActivations.map((activation) => bottleneck(activation)),
  matrix('tanh'),
  matrix('gelu'),
  twoLayer(bottleneck('erf')),
];

describe('the tangent kernel', () => {
  it.each(families.flatMap((family) => metrics.map((metric) => [family.name, metric, family] as const)))(
    'of %s, %s, is J M J^T by autograd, in closed form and row by row',
    (_, metric, family) => {
      const one = net(family);
      const expected = kernelByDefinition(one, metric);
      expect(near(tangentKernel(one.problem, family, one.measure, { metric }), expected)).toBeLessThan(1e-12);
      const slow = tangentKernel(one.problem, withoutClosedForm(family), one.measure, { metric });
      expect(near(slow, expected)).toBeLessThan(1e-12);
    },
  );

  it('is the sum of the contributions of its residual blocks', () => {
    const { problem, family, measure } = net(bottleneck());
    const shares: number[][] = [];
    const whole = tangentKernel(problem, family, measure, {
      onBlock: (block, l) => {
        shares[l] = block.toArray();
      },
    });
    expect(shares).toHaveLength(3);
    const sum = shares[0]!.map((_, i) => shares.reduce((total, share) => total + share[i]!, 0));
    expect(relativeError(whole.toArray(), sum)).toBeLessThan(1e-15);
  });

  it('against other inputs is a submatrix of the kernel of all inputs', () => {
    const { problem, family, measure } = net(bottleneck('softplus'));
    const half = (x: Tensor, from: number): Tensor => ops.sliceDim(x, 0, from, from + 3);
    const whole = tangentKernel(problem, family, measure);
    const part = tangentKernel(
      { ...problem, inputs: half(problem.inputs, 0), targets: half(problem.targets, 0) },
      family,
      measure,
      { against: half(problem.inputs, 3) },
    );
    expect(near(part, ops.sliceDim(ops.sliceDim(whole, 0, 0, 6), 1, 6, 12))).toBeLessThan(1e-13);
  });

  it('without a readout has one row per feature of the state', () => {
    const one = net(bottleneck());
    const problem = { ...one.problem, readout: undefined, targets: new Generator(2).normal([6, 4], 'f64') };
    const expected = kernelByDefinition({ ...one, problem }, 'euclidean');
    const kernel = tangentKernel(problem, one.family, one.measure, { metric: 'euclidean' });
    expect(near(kernel, expected)).toBeLessThan(1e-12);
  });

  it('estimates its size before computing, and rejects kernels that are too large', () => {
    const { problem, family, measure } = net(bottleneck());
    const size = tangentKernelSize(problem, family, measure);
    expect(size).toMatchObject({ rows: 12, columns: 12 });
    expect(tangentKernelSize(problem, withoutClosedForm(family), measure).bytes).toBeGreaterThan(size.bytes);
    const refused = (): unknown => tangentKernel(problem, family, measure, { maxBytes: 1000 });
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow('a tangent kernel of 12 x 12 needs about');
  });
});

describe('the linearised model', () => {
  it.each(metrics)('push and pull are adjoint (%s)', (metric) => {
    const one = net(bottleneck());
    const { problem, family, measure } = one;
    const generator = new Generator(7);
    const displacement = generator.normal(measure.theta.shape, 'f64');
    const z = generator.normal(problem.targets.shape, 'f64');
    const left = ops.sum(ops.mul(z, tangentPush(problem, family, measure, displacement))).item() / 6;
    const steps = tensor(measure.steps, [3, 1, 1], { dtype: 'f64' });
    const mass = ops.mul(ops.unsqueeze(measure.weight, 2), steps);
    const pulled = tangentPull(problem, family, measure, z, metric);
    const covector = metric === 'euclidean' ? pulled : ops.mul(pulled, mass);
    expect(Math.abs(ops.sum(ops.mul(covector, displacement)).item() / left - 1)).toBeLessThan(1e-12);
  });

  it.each(metrics)('in closed form equals gradient descent on parameters, step by step (%s)', (metric) => {
    const { problem, family, measure } = net(bottleneck('gelu'));
    const kernel = tangentKernel(problem, family, measure, { metric });
    const initial = predict(problem, family, measure);
    const model = linearisedModel(kernel, initial, problem.targets);
    const eta = 1 / (model.eigenvalues.at(-1) ?? 1);
    let displacement = ops.mulScalar(measure.theta, 0);
    for (let k = 0; k < 100; k++) {
      const now = ops.add(initial, tangentPush(problem, family, measure, displacement));
      const residual = ops.sub(now, problem.targets);
      displacement = ops.sub(
        displacement,
        ops.mulScalar(tangentPull(problem, family, measure, residual, metric), eta),
      );
    }
    const stepped = ops.add(initial, tangentPush(problem, family, measure, displacement));
    expect(near(model.after(100, eta), stepped)).toBeLessThan(1e-10);
  });

  it('descent with small steps equals the flow; other inputs and parameters follow from the integrated residual', () => {
    const { problem, family, measure } = net(bottleneck());
    const kernel = tangentKernel(problem, family, measure);
    const initial = predict(problem, family, measure);
    const model = linearisedModel(kernel, initial, problem.targets);
    expect(near(model.after(1_000_000, 1e-6), model.at(1))).toBeLessThan(1e-4);
    expect(near(model.atOtherInputs(0.7, kernel, initial), model.at(0.7))).toBeLessThan(1e-11);
    const moved = tangentPull(problem, family, measure, ops.neg(model.residualUntil(0.7)));
    const there = ops.add(initial, tangentPush(problem, family, measure, moved));
    expect(near(there, model.at(0.7))).toBeLessThan(1e-10);
  });

  it('ridge regression solves (K + ridge) c = y', () => {
    const { problem, family, measure } = net(bottleneck());
    const kernel = tangentKernel(problem, family, measure);
    const fitted = kernelRidge(kernel, problem.targets)(kernel, 0.3);
    // K c = y - ridge c, hence K (y - u) = ridge u.
    const left = ops.mm(kernel, ops.reshape(ops.sub(problem.targets, fitted), [-1, 1]));
    expect(near(left, ops.reshape(ops.mulScalar(fitted, 0.3), [-1, 1]))).toBeLessThan(1e-10);
  });

  it.each([
    ['a kernel of other size', () => linearisedModel(ops.zeros([3, 3], 'f64'), ones(2), ones(2))],
    ['predictions of other shape', () => linearisedModel(ops.zeros([2, 2], 'f64'), ones(3), ones(2))],
    ['a ridge of 0', () => kernelRidge(ops.zeros([2, 2], 'f64'), ones(2))(ops.zeros([1, 2], 'f64'), 0)],
    ['a negative time', () => linearisedModel(ops.zeros([2, 2], 'f64'), ones(2), ones(2)).at(-1)],
  ])('%s is rejected', (_, act) => {
    expect(act).toThrow(UsageError);
  });
});

const ones = (n: number): Tensor => ops.full([n, 1], 1, 'f64');

describe('lazy training', () => {
  it('has the gradient of alpha (f - f_0) under the loss divided by alpha^2', () => {
    const { problem, family, measure } = net(bottleneck());
    const alpha = 8;
    const elsewhere = measure.withTheta(new Generator(3).normal(measure.theta.shape, 'f64'));
    const lazy = energy(lazyProblem(problem, family, measure, alpha), family, elsewhere);
    const change = ops.sub(predict(problem, family, elsewhere), predict(problem, family, measure));
    const rest = ops.sub(ops.mulScalar(change, alpha), problem.targets);
    const expected = ops.sum(ops.mul(rest, rest)).item() / (2 * 6 * alpha ** 2);
    expect(Math.abs(lazy / expected - 1)).toBeLessThan(1e-12);
  });
  it('supports only the squared loss', () => {
    const { problem, family, measure } = net(bottleneck());
    const other = {
      ...problem,
      loss: { name: 'own', value: (x: Tensor) => ops.sum(x), residual: (x: Tensor) => x },
    };
    expect(() => lazyProblem(other, family, measure, 2)).toThrow('supports only the squared loss, got own');
  });
});

describe('the two-layer model', () => {
  it('predicts W1 times the mean of f, with its own gradient, for a law of mass one', () => {
    const { problem, measure } = net(bottleneck(), { slices: 1 });
    const weight = ops.divScalar(measure.weight, ops.sum(measure.weight).item());
    const rho = gridMeasure(measure.theta, { weight });
    const inner = bottleneck();
    const value = inner.velocity(initialState(problem), rho.particles(0, 0));
    expect(near(predict(problem, twoLayer(inner), rho), predictionOf(problem, value))).toBeLessThan(1e-14);
    const { theta } = flowGradient(problem, twoLayer(inner), rho);
    const [i, step] = [13, 1e-5];
    const shifted = (sign: number): number => {
      const values = rho.theta.toArray();
      values[i] = (values[i] ?? 0) + sign * step;
      return energy(
        problem,
        twoLayer(inner),
        rho.withTheta(tensor(values, rho.theta.shape, { dtype: 'f64' })),
      );
    };
    const difference = (shifted(1) - shifted(-1)) / (2 * step);
    expect(Math.abs((theta.toArray()[i] ?? 0) - difference)).toBeLessThan(1e-9);
  });

  it('passes on derivatives in state and weight', () => {
    const { problem, measure } = net(bottleneck(), { slices: 1 });
    const family = twoLayer(bottleneck('softplus'));
    const state = initialState(problem);
    const particles = measure.particles(0, 0);
    const generator = new Generator(9);
    const q = generator.normal(state.shape, 'f64');
    const direction = {
      state: generator.normal(state.shape, 'f64'),
      weight: generator.normal(particles.weight.shape, 'f64'),
    };
    noGrad(() => {
      scope(() => {
        const pulled = family.pullback(state, particles, q, { state: true, weight: true });
        const left =
          ops.sum(ops.mul(pulled.state!, direction.state)).item() +
          ops.sum(ops.mul(pulled.weight!, direction.weight)).item();
        const right = ops.sum(ops.mul(family.pushforward(state, particles, direction), q)).item();
        expect(Math.abs(left / right - 1)).toBeLessThan(1e-12);
        const total = ops.mul(family.values(state, particles.theta), ops.view(particles.weight, [-1, 1, 1]));
        expect(near(family.velocity(state, particles), ops.sumDim(total, [0]))).toBeLessThan(1e-13);
      });
    });
  });
});
