import { expect, it } from 'vitest';
import { createModel } from '../models/index.ts';
import { Generator, keep, tensor } from '../tensor/index.ts';
import { resolveConfig, type TrainOptions } from './config.ts';
import { Learner, parameterGroups } from './learner.ts';

const makeModel = () =>
  createModel(
    'resnet20',
    { width: 4, inChannels: 1, classes: 3, schedule: { scheme: 'mean-field' } },
    new Generator(1),
  );

it.each([
  [false, { weights: 0.1, 'batch norm and biases': 0, tau: 0 }],
  [true, { weights: 0.1, 'batch norm and biases': 0.1, tau: 0 }],
])('with decay-norm %s, every parameter is in one group and tau never decays', (decayNorm, decays) => {
  const model = makeModel();
  const groups = parameterGroups(model, { weightDecay: 0.1, decayNorm, tauLrFactor: 1 });
  expect(Object.fromEntries(groups.map((group) => [group.name, group.weightDecay ?? 0]))).toEqual(decays);
  const names = groups.flatMap(({ parameters }) => [...parameters.keys()]);
  expect(names.toSorted()).toEqual([...model.parameters.keys()].toSorted());
});

it('decay-norm adds lr x decay x value to the step of batch norm and biases, and to nothing else', () => {
  const images = keep(new Generator(2).normal([4, 1, 8, 8]));
  const labels = keep(tensor(BigInt64Array.from([0n, 1n, 2n, 0n])));
  const [lr, weightDecay] = [0.5, 0.25];
  const stepped = (options: TrainOptions) => {
    const model = makeModel();
    new Learner(model, resolveConfig({ momentum: 0, nesterov: false, weightDecay, ...options })).step(
      images,
      labels,
      lr,
    );
    return model.parameters;
  };
  const start = makeModel().parameters;
  const [plain, decayed] = [stepped({}), stepped({ decayNorm: true })];
  for (const [name, before] of start) {
    const own = before.rank === 1 && !name.includes('tau');
    const [values, expected, got] = [before, plain.get(name)!, decayed.get(name)!].map(
      (one) => one.toTypedArray() as Float32Array,
    );
    const difference = Math.max(
      ...expected!.map((value, i) => Math.abs(value - got![i]! - (own ? lr * weightDecay * values![i]! : 0))),
    );
    expect(difference, name).toBeLessThan(own ? 1e-6 : 1e-12);
  }
});
