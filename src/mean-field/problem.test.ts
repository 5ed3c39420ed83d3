/** The optional parts of a problem: no targets, labels, losses at inner depths, custom losses. */
import { expect, it } from 'vitest';
import { AbortError, UsageError } from '../errors.ts';
import { relativeError } from '../reference/index.ts';
import {
  enableGrad,
  Generator,
  grad,
  liveTensorCount,
  ops,
  scope,
  tensor,
  type Tensor,
} from '../tensor/index.ts';
import { batchGradient } from './dynamics/index.ts';
import { bottleneck, matrix } from './families/index.ts';
import { trajectory } from './flow.ts';
import { functionalGradient } from './functional-gradient.ts';
import { energy, flowGradient, particleGradient, predict, solve, solveFlow } from './gradient.ts';
import { slicesOf } from './integrators/index.ts';
import { crossEntropyLoss, type Loss, noLoss, oneHot, squaredLoss } from './losses.ts';
import { gridMeasure, intervalMeasure } from './measures/index.ts';
import { tangentKernel, tangentPull } from './kernel/index.ts';
import { type InnerLoss, type Problem, predictionOf } from './problem.ts';

const generator = new Generator(11);
const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
const [samples, features, d, classes] = [5, 4, 3, 2];
const family = bottleneck();
const steps = [0.1, 0.3, 0.2, 0.4];
const measure = gridMeasure(normal(4, 3, family.parameterCount(d)), { steps });
const network = {
  inputs: normal(samples, features),
  embedding: normal(d, features),
  readout: normal(classes, d),
};
const problem: Problem = { ...network, targets: normal(samples, classes) };
const labels = tensor([0, 1, 1, 0, 1], [5], { dtype: 'i64' });

it('a prediction needs no targets, also with replaced inputs', () => {
  scope(() => {
    const expected = predictionOf(problem, solveFlow(problem, family, measure).at(-1)!).toArray();
    expect(predict(network, family, measure).toArray()).toEqual(expected);
    expect(predict(problem, family, measure).toArray()).toEqual(expected);
    const one = ops.sliceDim(network.inputs, 0, 2, 3);
    const alone = predict(network, family, measure, { inputs: one }).toArray();
    expect(relativeError(alone, expected.slice(4, 6))).toBeLessThan(1e-14);
    const fine = predict(problem, family, measure, { integrator: 'rk4' }).toArray();
    expect(relativeError(fine, expected)).toBeGreaterThan(1e-6);
    // Without maps, the prediction is still a tensor of its own.
    const bare = { inputs: normal(2, d) };
    const still = gridMeasure(ops.zeros([1, 1, 7], 'f64'));
    const predicted = predict(bare, family, still);
    expect(predicted.toArray()).toEqual(bare.inputs.toArray());
    predicted.dispose();
    expect(bare.inputs.disposed).toBe(false);
  });
});

it('a flow and a tangent kernel need no targets', () => {
  scope(() => {
    const states = solveFlow(network, family, measure);
    expect(states).toHaveLength(5);
    const kernel = tangentKernel(network, family, measure);
    expect(kernel.toArray()).toEqual(tangentKernel(problem, family, measure).toArray());
    expect(() => predict({ ...network, inputs: normal(2, 9) }, family, measure)).toThrow(
      'cannot take inputs',
    );
    expect(() => predict({ ...network, inputs: 3 as unknown as Tensor }, family, measure)).toThrow(
      'expected a tensor for inputs, got 3',
    );
  });
});

it('saveAt frees the other states on the way', () => {
  const live: number[] = [];
  const onProgress = (): void => {
    live.push(liveTensorCount());
  };
  scope(() => solveFlow(problem, family, measure, { saveAt: [1], onProgress }));
  expect(live).toHaveLength(steps.length);
  expect(live.at(-1)).toBe(live[1]);
});

it('saveAt keeps only the states at the given depths', () => {
  scope(() => {
    const all = solveFlow(problem, family, measure).map((x) => x.toArray());
    const before = liveTensorCount();
    const saved = solveFlow(problem, family, measure, { saveAt: [1, 0.1 + 0.3, 0] });
    expect(saved.map((x) => x.toArray())).toEqual([all[4], all[2], all[0]]);
    expect(liveTensorCount() - before).toBe(3);
    expect(() => solveFlow(problem, family, measure, { saveAt: [0.25] })).toThrow(
      'saveAt 0 at depth 0.25 lies inside step 1, [0.1, 0.4] (at the fraction 0.500 of it)',
    );
    expect(() => solveFlow(problem, family, measure, { saveAt: [2] })).toThrow('beyond the end');
  });
});

it.each(['i64', 'u8'] as const)('labels of type %s give the same loss as one-hot rows', (dtype) => {
  scope(() => {
    const integers = ops.toDtype(labels, dtype);
    const rows = oneHot(integers, classes, 'f64');
    expect(rows.toArray()).toEqual([1, 0, 0, 1, 0, 1, 1, 0, 0, 1]);
    const [a, b] = [integers, rows].map((targets) =>
      flowGradient({ ...network, targets, loss: crossEntropyLoss }, family, measure),
    );
    expect(a!.loss).toBe(b!.loss);
    for (const part of ['theta', 'weight', 'embedding', 'readout'] as const)
      expect(a![part]!.toArray()).toEqual(b![part]!.toArray());
    const batch = batchGradient(
      { ...network, targets: integers, loss: crossEntropyLoss },
      {
        batch: 3,
        generator: new Generator(1),
      },
    );
    const whole = { ...network, targets: integers, loss: crossEntropyLoss };
    expect(batch(whole, family, measure, {}).loss).toBeGreaterThan(0);
  });
});

it('invalid labels are rejected', () => {
  const act = (targets: Tensor, loss?: Loss) => () => solve({ ...network, targets, loss }, family, measure);
  expect(act(labels)).toThrow(
    "targets are labels (i64), which the squared loss does not support: use crossEntropyLoss or oneHot(labels, 2, 'f64')",
  );
  const integers = (values: number[]) => tensor(values, [values.length], { dtype: 'i64' });
  expect(act(integers([0, 1, 2, 0, 1]), crossEntropyLoss)).toThrow(
    'targets: expected labels from 0 to 1 for predictions with 2 outputs, got 2',
  );
  expect(act(integers([0, -1, 1, 0, 1]), crossEntropyLoss)).toThrow('with 2 outputs, got -1');
  expect(act(integers([0, 1]), crossEntropyLoss)).toThrow('inputs have 5 samples, but targets have 2');
  expect(act(ops.unsqueeze(labels, 1), crossEntropyLoss)).toThrow('expected labels [N], got shape [5, 1]');
  expect(() => oneHot(normal(3), 2)).toThrow('labels: expected labels of i64 or u8, got f64');
});

const inner: readonly InnerLoss[] = [
  { depth: 0.4, targets: normal(samples, classes), weight: 0.7 },
  { depth: 0.1 + 0.3, targets: normal(samples, 2), readout: normal(2, d) },
  { depth: 0, targets: labels, loss: crossEntropyLoss, weight: 2 },
  { depth: 1, targets: normal(samples, 1), readout: normal(1, d), weight: 0.3 },
];
const deep: Problem = { ...problem, innerLosses: inner };
/** E, computed from its definition. */
function definition(given: Problem, states: readonly Tensor[]): Tensor {
  const at = new Map([
    [0, 0],
    [0.4, 2],
    [1, 4],
  ]);
  return (given.innerLosses ?? []).reduce(
    (sum, { depth, targets, readout, loss = squaredLoss, weight = 1 }) => {
      const prediction = predictionOf({ readout: readout ?? given.readout }, states[at.get(depth)!]!);
      return ops.add(sum, ops.mulScalar(loss.value(prediction, targets), weight));
    },
    squaredLoss.value(predictionOf(given, states.at(-1)!), given.targets),
  );
}

it.each(['euler', 'rk4'] as const)(
  'the gradient of losses at inner depths equals that of autograd (%s)',
  (integrator) => {
    scope(() => {
      const ours = flowGradient(deep, family, measure, { integrator });
      expect(energy(deep, family, measure, { integrator })).toBeCloseTo(ours.loss, 13);
      enableGrad(() => {
        const leaf = (x: Tensor): Tensor => ops.detach(x).setRequiresGrad();
        const [theta, embedding, readout] = [measure.theta, network.embedding, network.readout].map(leaf);
        const own = leaf(inner[1]!.readout!);
        const moved: Problem = {
          ...deep,
          embedding,
          readout,
          innerLosses: inner.map((one, i) => (i === 1 ? { ...one, readout: own } : one)),
        };
        const rho = measure.withTheta(theta!);
        const start = ops.mm(deep.inputs, ops.transpose(embedding!, 0, 1));
        const states = trajectory(slicesOf(family, rho, { integrator }), start, steps);
        const loss = definition(moved, states);
        expect(loss.item()).toBeCloseTo(ours.loss, 13);
        const gradients = grad(loss, [theta!, embedding!, readout!, own]);
        const named = [ours.theta, ours.embedding!, ours.readout!, ours.innerReadouts[1]!];
        named.forEach((one, i) => {
          expect(relativeError(one.toArray(), gradients[i]!.toArray())).toBeLessThan(1e-12);
        });
        expect(ours.innerReadouts.map((one) => one !== undefined)).toEqual([false, true, false, true]);
      });
    });
  },
);

it('the gradient of losses at inner depths equals finite differences in particles, weights and steps', () => {
  scope(() => {
    const ours = flowGradient(deep, family, measure);
    const step = 1e-5;
    const difference = (at: (sign: number) => number): number => (at(step) - at(-step)) / (2 * step);
    for (const i of [0, 40, 83]) {
      const values = measure.theta.toArray();
      const slope = difference((by) => {
        const theta = tensor(values.with(i, values[i]! + by), measure.theta.shape, { dtype: 'f64' });
        return energy(deep, family, measure.withTheta(theta));
      });
      expect(ours.theta.toArray()[i]).toBeCloseTo(slope, 8);
    }
    const weights = measure.weight.toArray();
    const inWeight = difference((by) => {
      const weight = tensor(weights.with(4, weights[4]! + by), [4, 3], { dtype: 'f64' });
      return energy(deep, family, measure.withWeight(weight));
    });
    expect(ours.weight.toArray()[4]).toBeCloseTo(inWeight, 8);
    // The loss stays attached to X^2 as the step before it grows.
    const inStep = difference((by) => {
      const longer = steps.with(1, steps[1]! + by);
      const at = (depth: number): number => (depth === 0 ? 0 : depth + by);
      const innerLosses = inner.map((one) => ({ ...one, depth: at(one.depth) }));
      return energy({ ...deep, innerLosses }, family, gridMeasure(measure.theta, { steps: longer }));
    });
    expect(ours.steps[1]).toBeCloseTo(inStep, 8);
    const g = functionalGradient(solve(deep, family, measure), 1);
    const direct = ops.select(ours.weight, 0, 1).toArray();
    g.value(measure.particles(1, 0).theta)
      .toArray()
      .forEach((value, j) => {
        expect(value * steps[1]!).toBeCloseTo(direct[j]!, 13);
      });
    expect(particleGradient(deep, family, measure).theta.toArray()).toEqual(ours.theta.toArray());
  });
});

it('an inner loss at depth 1 equals the final loss', () => {
  scope(() => {
    const only: Problem = { ...problem, loss: noLoss, innerLosses: [{ depth: 1, targets: problem.targets }] };
    const [a, b] = [only, problem].map((one) => flowGradient(one, family, measure));
    expect(a!.loss).toBeCloseTo(b!.loss, 14);
    expect(relativeError(a!.theta.toArray(), b!.theta.toArray())).toBeLessThan(1e-14);
    expect(relativeError(a!.readout!.toArray(), b!.readout!.toArray())).toBeLessThan(1e-14);
  });
});

it('inner losses work at the breaks of any measure, and in batches', () => {
  scope(() => {
    const rho = intervalMeasure(normal(3, 7), { tau: [0.1, 0.4, 1] });
    expect(Number.isFinite(energy(deep, family, rho))).toBe(true);
    const batch = batchGradient(deep, { batch: samples, generator: new Generator(2), sampling: 'epochs' });
    expect(batch(deep, family, measure, {}).loss).toBeCloseTo(energy(deep, family, measure), 12);
    // J^T z is that of the final prediction, without the inner losses.
    const z = normal(samples, classes);
    const [a, b] = [deep, problem].map((one) => tangentPull(one, family, measure, z).toArray());
    expect(a).toEqual(b);
  });
});

it.each([
  [{ depth: 0.3 }, 'inner loss 0 at depth 0.3 lies inside step 1, [0.1, 0.4]'],
  [{ depth: NaN }, 'expected a finite number >= 0 for the depth of inner loss 0, got NaN'],
  [{ depth: 1, weight: Infinity }, 'for the weight of inner loss 0, got Infinity'],
  [
    { depth: 1, readout: normal(2, 5) },
    'the readout of inner loss 0 [2, 5] cannot take states with 3 features',
  ],
  [{ depth: 1, targets: normal(5, 3) }, 'predictions have 2 outputs, but the targets of inner loss 0 have 3'],
  [{ depth: 1, targets: labels }, 'the targets of inner loss 0 are labels (i64)'],
  [{ depth: 1, wieght: 1 }, 'unknown option wieght of inner loss 0: did you mean weight?'],
])('the inner loss %j is rejected', (one, message) => {
  const given = { ...problem, innerLosses: [{ targets: problem.targets, ...one }] };
  for (const act of [() => solve(given, family, measure), () => energy(given, family, measure)]) {
    expect(act).toThrow(UsageError);
    expect(act).toThrow(message);
  }
});

it('a custom loss may overwrite its arguments, and its result is checked', () => {
  scope(() => {
    const rough: Loss = {
      name: 'rough',
      value: (prediction, targets) => {
        ops.sub_(prediction, targets);
        ops.fill_(targets, 9);
        return ops.divScalar(ops.sum(ops.mul(prediction, prediction)), 2 * samples);
      },
      residual: (prediction, targets) => {
        ops.sub_(prediction, targets);
        ops.fill_(targets, 9);
        return prediction;
      },
    };
    // Without a readout, the prediction is the state tensor.
    const bare = { inputs: normal(samples, d), targets: normal(samples, d) };
    const before = bare.targets.toArray();
    const [a, b] = [{ ...bare, loss: rough }, bare].map((one) => flowGradient(one, family, measure));
    expect(a!.loss).toBeCloseTo(b!.loss, 14);
    expect(a!.states.at(-1)!.toArray()).toEqual(b!.states.at(-1)!.toArray());
    expect(relativeError(a!.theta.toArray(), b!.theta.toArray())).toBeLessThan(1e-14);
    expect(bare.targets.toArray()).toEqual(before);
    const act = (part: object) => () =>
      flowGradient({ ...problem, loss: { ...squaredLoss, name: 'mine', ...part } }, family, measure);
    expect(act({ value: () => undefined })).toThrow('value of loss mine returned undefined');
    expect(act({ value: (x: Tensor) => x })).toThrow('value of loss mine returned shape [5, 2]');
    expect(act({ residual: () => Promise.resolve(problem.targets) })).toThrow(
      'residual of loss mine returned a promise',
    );
    expect(act({ residual: (x: Tensor) => ops.toDtype(x, 'f32') })).toThrow(
      'residual of loss mine returned f32, expected a tensor of f64 [5, 2]',
    );
  });
});

it('flows report each step, and stop on an abort signal', () => {
  scope(() => {
    const reported: number[] = [];
    const onProgress = ({ done, total }: { done: number; total: number | undefined }): void => {
      reported.push(done / total!);
    };
    const plain = flowGradient(problem, matrix(), gridMeasure(normal(4, 3, 9)), { onProgress });
    expect(plain.states).toHaveLength(5);
    expect(reported).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((done) => done / 8));
    reported.length = 0;
    predict(problem, family, measure, { onProgress });
    expect(reported).toEqual([0.25, 0.5, 0.75, 1]);
    const controller = new AbortController();
    const stop = {
      signal: controller.signal,
      onProgress: () => {
        controller.abort();
      },
    };
    const before = liveTensorCount();
    expect(() => solve(problem, family, measure, stop)).toThrow(new AbortError('solve was aborted'));
    for (const call of [solve, solveFlow, energy, flowGradient, predict])
      expect(() => call(problem, family, measure, stop)).toThrow(AbortError);
    expect(() => tangentKernel(problem, family, measure, stop)).toThrow('tangentKernel was aborted');
    expect(liveTensorCount()).toBe(before);
  });
});

it.each([
  [
    () => solve(problem, family, measure, { integrater: 'rk4' } as never),
    'unknown option integrater of solve: did you mean integrator?',
  ],
  [() => energy(problem, family, measure, { steps: 3 } as never), 'unknown option steps of energy'],
  [
    () => flowGradient(problem, family, measure, { weight: true } as never),
    'unknown option weight of flowGradient',
  ],
  [
    () => predict(problem, family, measure, { input: 3 } as never),
    'unknown option input of predict: did you mean inputs?',
  ],
  [
    () => solveFlow(problem, family, measure, { saveat: [1] } as never),
    'unknown option saveat of solveFlow: did you mean saveAt?',
  ],
  [
    () => tangentKernel(problem, family, measure, { metrik: 'euclidean' } as never),
    'unknown option metrik of tangentKernel: did you mean metric?',
  ],
])('unknown options are rejected (%#)', (act, message) => {
  expect(act).toThrow(UsageError);
  expect(act).toThrow(message);
});
