import { expect, it } from 'vitest';
import { activation } from './activation.ts';
import { addScaled, denseArray, sizeOf, type DenseArray } from './array.ts';
import { averagePool } from './average-pool.ts';
import { batchNorm } from './batch-norm.ts';
import { conv2d } from './conv2d.ts';
import { linear } from './linear.ts';
import { directionalError, relativeError } from './numeric-gradient.ts';
import { seededNormal } from './random.ts';
import { evaluate, lossAndGradient, networkLoss, updateBuffers } from './resnet.ts';
import {
  batchNormLayers,
  initialBuffers,
  initialParameters,
  parameterShapes,
  stagesOf,
  type ResNetSpec,
} from './resnet-spec.ts';
import type { SchemeName } from './schedule.ts';
import { shortcutA } from './shortcut.ts';

const base: ResNetSpec = {
  depth: 14,
  width: 2,
  inChannels: 3,
  classes: 3,
  order: 'post',
  activation: 'softplus',
  scheme: 'vanilla',
};
const labels = [2, 0, 1, 2];
const schemes: SchemeName[] = ['vanilla', 'mean-field', 'no-reorder', 'intervals', 'learned-step'];

function imagesFor(spec: ResNetSpec, size = 8): DenseArray {
  const images = denseArray([labels.length, spec.inChannels, size, size]);
  return denseArray(images.shape, images.data.map(seededNormal(9)));
}

/** Two blocks in stage 1, out of order and overlapping if the scheme allows it; one in stages 2 and 3. */
const schedules: Record<string, readonly number[]> = {
  'mean-field layer1.tau': [1.7, 0.4],
  'no-reorder layer1.tau': [0.4, 1.7],
  'intervals layer1.tau': [0.6, 0.2],
  'intervals layer1.tauEnd': [1.9, 1.1],
  'learned-step layer1.step': [0.3, 1.4],
};

/** Random parameters without symmetries: also perturbs batch-norm weights, biases and the schedule. */
function parametersFor(spec: ResNetSpec): Map<string, Float64Array> {
  const normal = seededNormal(4);
  const parameters = initialParameters(spec, normal);
  for (const [name, values] of parameters) {
    const schedule = schedules[`${spec.scheme} ${name}`];
    if (schedule?.length === values.length) values.set(schedule);
    else if (/\.(tau|tauEnd|step)$/.test(name)) values.set(values.map((v) => 0.8 * v + 0.1));
    else if (!/(conv\d|linear)\.weight$/.test(name)) values.set(values.map((v) => v + 0.3 * normal()));
  }
  return parameters;
}

function expectGradients(spec: ResNetSpec, size: number, tolerance: number, step: number): void {
  const parameters = parametersFor(spec);
  const images = imagesFor(spec, size);
  const options = { labelSmoothing: 0.1 };
  const energy = (): number => networkLoss(spec, parameters, images, labels, options);
  const { loss, gradients } = lossAndGradient(spec, parameters, images, labels, options);
  expect(energy()).toBe(loss);
  expect([...gradients.keys()].sort()).toEqual([...parameters.keys()].sort());
  const normal = seededNormal(8);
  for (const [name, values] of parameters) {
    const gradient = gradients.get(name) ?? new Float64Array();
    expect(directionalError(energy, values, gradient, { step, normal }), name).toBeLessThan(tolerance);
  }
}

it.each(schemes.flatMap((scheme) => (['post', 'pre'] as const).map((order) => ({ scheme, order }))))(
  '$order-activation softplus net under $scheme: every gradient equals finite differences',
  ({ scheme, order }) => {
    expectGradients({ ...base, scheme, order }, 6, 1e-7, 3e-4);
  },
);

it.each(['post', 'pre'] as const)(
  '%s-activation net with projections in its transitions: every gradient equals finite differences',
  (order) => {
    const spec: ResNetSpec = { ...base, scheme: 'mean-field', order, shortcut: 'option-b' };
    const plain = [...parameterShapes({ ...spec, shortcut: 'option-a' }).keys()];
    const added = [...parameterShapes(spec).keys()].filter((name) => !plain.includes(name));
    expect(added).toEqual(
      ['layer2.0', 'layer3.0'].flatMap((block) =>
        order === 'pre'
          ? [`${block}.downsample.0.weight`]
          : ['0.weight', '1.weight', '1.bias'].map((name) => `${block}.shortcut.${name}`),
      ),
    );
    expectGradients(spec, 6, 1e-7, 3e-4);
  },
);

it.each(schemes)('post-activation relu net under %s: every gradient equals finite differences', (scheme) => {
  expectGradients({ ...base, scheme, activation: 'relu' }, 6, 1e-7, 1e-6);
});

it.each(['post', 'pre'] as const)(
  'at initialisation every scheme equals vanilla bit for bit (%s-activation)',
  (order) => {
    const vanilla = { ...base, order, activation: 'relu' as const, depth: 20 };
    const images = imagesFor(vanilla);
    const expected = lossAndGradient(vanilla, initialParameters(vanilla, seededNormal(1)), images, labels);
    for (const scheme of schemes.slice(1)) {
      const spec = { ...vanilla, scheme };
      const run = lossAndGradient(spec, initialParameters(spec, seededNormal(1)), images, labels);
      expect(run.logits.data).toEqual(expected.logits.data);
      for (const [name, gradient] of expected.gradients)
        expect(relativeError(run.gradients.get(name) ?? [], gradient), name).toBeLessThan(1e-11);
      expect([...run.batchStatistics.keys()].sort()).toEqual([...batchNormLayers(spec).keys()].sort());
    }
  },
);

it.each([
  ['post', 'relu'],
  ['post', 'softplus'],
  ['pre', 'relu'],
  ['pre', 'softplus'],
] as const)('%s-activation %s: the network is the one of the papers, written out', (order, s) => {
  const spec: ResNetSpec = { ...base, depth: 8, order, activation: s };
  const parameters = parametersFor(spec);
  const values = (name: string): Float64Array => parameters.get(name) ?? new Float64Array();
  const conv = (x: DenseArray, name: string, stride = 1): DenseArray => {
    const weight = denseArray(parameterShapes(spec).get(`${name}.weight`) ?? [], values(`${name}.weight`));
    return conv2d(x, weight, { stride, padding: 1 }).value;
  };
  const bn = (x: DenseArray, name: string): DenseArray =>
    batchNorm(x, values(`${name}.weight`), values(`${name}.bias`)).value;
  const act = (x: DenseArray): DenseArray => activation(x, s).value;
  let x = conv(imagesFor(spec, 6), 'conv1');
  if (order === 'post') x = act(bn(x, 'bn1'));
  for (const [layer, stride, channels] of [
    ['layer1.0', 1, 2],
    ['layer2.0', 2, 4],
    ['layer3.0', 2, 8],
  ] as const) {
    const identity = stride === 1 ? x : shortcutA(x, channels).value;
    if (order === 'post') {
      const inner = act(bn(conv(x, `${layer}.conv1`, stride), `${layer}.bn1`));
      x = act(addScaled(identity, 1, bn(conv(inner, `${layer}.conv2`), `${layer}.bn2`)));
    } else {
      const inner = conv(act(bn(x, `${layer}.bn1`)), `${layer}.conv1`, stride);
      x = addScaled(identity, 1, conv(act(bn(inner, `${layer}.bn2`)), `${layer}.conv2`));
    }
  }
  if (order === 'pre') x = act(bn(x, 'bn'));
  const weight = denseArray([3, 8], values('linear.weight'));
  const expected = linear(averagePool(x).value, weight, values('linear.bias')).value;
  const { logits } = lossAndGradient(spec, parameters, imagesFor(spec, 6), labels);
  expect(logits.data).toEqual(expected.data);
});

it('parameters have the standard names in both activation orders', () => {
  const post = parameterShapes({ ...base, depth: 14, width: 16, scheme: 'intervals' });
  expect(post.get('layer2.0.conv1.weight')).toEqual([32, 16, 3, 3]);
  expect(post.get('layer2.0.bn1.weight')).toEqual([32]);
  expect(post.get('bn1.bias')).toEqual([16]);
  expect(post.get('layer1.tau')).toEqual([2]);
  expect(post.get('layer3.tauEnd')).toEqual([1]);
  expect(post.has('layer1.step')).toBe(false);
  const pre = parameterShapes({ ...base, depth: 14, width: 16, order: 'pre', scheme: 'learned-step' });
  expect(pre.get('layer2.0.bn1.weight')).toEqual([16]);
  expect(pre.get('layer2.0.bn2.weight')).toEqual([32]);
  expect(pre.get('bn.weight')).toEqual([64]);
  expect(pre.has('bn1.weight')).toBe(false);
  expect(pre.get('layer1.step')).toEqual([2]);
});

it.each([
  [20, 'post', 269_722],
  [32, 'post', 464_154],
  [56, 'post', 853_018],
  [110, 'pre', 1_727_962],
] as const)('ResNet%d (%s-activation) has its published number of parameters', (depth, order, expected) => {
  const spec: ResNetSpec = { ...base, depth, order, width: 16, classes: 10 };
  const total = [...parameterShapes(spec).values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
  expect(total).toBe(expected);
});

it('accepts images of one channel and odd size', () => {
  const spec: ResNetSpec = { ...base, depth: 8, inChannels: 1, scheme: 'mean-field' };
  const { logits, gradients } = lossAndGradient(spec, parametersFor(spec), imagesFor(spec, 7), labels);
  expect(logits.shape).toEqual([4, 3]);
  expect(logits.data.every(Number.isFinite)).toBe(true);
  // n = 1: stages 2 and 3 consist of their transition only.
  expect(gradients.get('layer1.tau')?.length).toBe(1);
  expect(gradients.get('layer2.tau')?.length).toBe(0);
});

it('pinning fixes the last tau of each stage, and the horizon of intervals', () => {
  const free: ResNetSpec = { ...base, depth: 20, scheme: 'mean-field' };
  const parameters = parametersFor(free);
  const images = imagesFor(free, 4);
  const pinned = lossAndGradient({ ...free, pinned: true }, parameters, images, labels).gradients;
  const all = lossAndGradient(free, parameters, images, labels).gradients;
  for (const stage of ['layer1.tau', 'layer3.tau']) {
    expect(pinned.get(stage)?.at(-1)).toBe(0);
    expect(all.get(stage)?.at(-1)).not.toBe(0);
    expect(pinned.get(stage)?.[0]).toBe(all.get(stage)?.[0]);
  }
  expect(stagesOf({ ...free, pinned: true }).map((stage) => stage.horizon)).toEqual([3, 2, 2]);
  expect(stagesOf({ ...free, pinned: true, horizon: 1 }).map((stage) => stage.horizon)).toEqual([1, 1, 1]);
  const intervals: ResNetSpec = { ...free, scheme: 'intervals', pinned: true };
  const values = initialParameters(intervals, seededNormal(1));
  const before = lossAndGradient(intervals, values, images, labels).loss;
  values.get('layer1.tauEnd')?.set([5], 2);
  expect(lossAndGradient(intervals, values, images, labels).loss).toBe(before);
});

it('evaluation uses the running statistics, which training fills', () => {
  const spec: ResNetSpec = { ...base, order: 'pre', scheme: 'mean-field' };
  const parameters = parametersFor(spec);
  const images = imagesFor(spec);
  const buffers = initialBuffers(spec);
  const { logits, batchStatistics } = lossAndGradient(spec, parameters, images, labels);
  const bn = batchStatistics.get('layer1.1.bn2');
  expect(bn?.mean.length).toBe(2);
  updateBuffers(buffers, batchStatistics);
  expect(buffers.get('layer1.1.bn2.running_mean')?.[0]).toBeCloseTo(0.1 * (bn?.mean[0] ?? NaN), 15);
  expect(buffers.get('layer1.1.bn2.running_var')?.[0]).toBeCloseTo(0.9 + 0.1 * (bn?.variance[0] ?? NaN), 14);
  for (let step = 0; step < 400; step++) updateBuffers(buffers, batchStatistics);
  // The running variance is unbiased, the batch variance is not; after correcting for that, both modes agree.
  const count = labels.length * 64;
  const counts = new Map(
    [...batchNormLayers(spec).keys()].map((layer) => [layer, count / areaShrink(layer)]),
  );
  for (const [layer, n] of counts)
    buffers.get(`${layer}.running_var`)?.forEach((v, c, all) => {
      all[c] = (v * (n - 1)) / n;
    });
  const evaluated = evaluate(spec, parameters, buffers, images);
  expect(relativeError(evaluated.data, logits.data)).toBeLessThan(1e-9);
  const again = lossAndGradient(spec, parameters, images, labels, { buffers });
  expect(again.logits.data).toEqual(evaluated.data);
  expect(again.batchStatistics.size).toBe(0);
});

/**
 * The ratio of the input's image area to that of a layer: bn1 of a pre-activation transition still sees the larger
 * image.
 */
function areaShrink(layer: string): number {
  if (layer.startsWith('layer2')) return layer === 'layer2.0.bn1' ? 1 : 4;
  if (layer.startsWith('layer3')) return layer === 'layer3.0.bn1' ? 4 : 16;
  return layer === 'bn' ? 16 : 1;
}

it('a depth that is not 6 n + 2, and a missing or misshapen parameter, are rejected by name', () => {
  expect(() => stagesOf({ ...base, depth: 18 })).toThrow('depth 6 n + 2 with n >= 1, got 18');
  const parameters = parametersFor(base);
  const images = imagesFor(base);
  parameters.set('layer2.0.bn2.bias', new Float64Array(3));
  expect(() => lossAndGradient(base, parameters, images, labels)).toThrow(
    'parameter layer2.0.bn2.bias of shape [4] needs 4 numbers, got 3',
  );
  parameters.delete('layer1.1.conv2.weight');
  expect(() => lossAndGradient(base, parameters, images, labels)).toThrow(
    'parameter layer1.1.conv2.weight is missing',
  );
});
