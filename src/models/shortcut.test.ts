import { expect, it } from 'vitest';
import {
  batchNorm,
  batchNormEval,
  conv2d,
  denseArray,
  relativeError,
  shortcutA,
} from '../reference/index.ts';
import { Generator, grad, noGrad, ops, type Tensor } from '../tensor/index.ts';
import { convShortcut, normalisedShortcut, subsampleAndPad } from './shortcut.ts';

const dense = (one: Tensor) => denseArray(one.shape, one.toArray());

it.each([
  [2, 5, 6, 6],
  [3, 6, 7, 5],
  [1, 4, 1, 2],
])('%d to %d channels, %d x %d pixels: the shortcut equals the reference', (from, to, height, width) => {
  const generator = new Generator(1);
  const state = generator.normal([2, from, height, width], 'f64').setRequiresGrad();
  const shortcut = subsampleAndPad(state, to);
  const expected = shortcutA(dense(state), to);
  expect(shortcut.shape).toEqual(expected.value.shape);
  expect(shortcut.toArray()).toEqual([...expected.value.data]);
  const costate = generator.normal(shortcut.shape, 'f64');
  const [back] = grad(shortcut, [state], { cotangents: [costate] });
  expect(back!.toArray()).toEqual([...expected.backward(dense(costate)).data]);
});

const sizes = { inChannels: 3, innerChannels: 1, outChannels: 5 } as const;
const numbers = (one: Tensor): Float64Array => Float64Array.from(one.toArray());

it.each([1, 2])(
  'with stride %d the projections are the convolution of the raw state, and that with its norm',
  (stride) => {
    const generator = new Generator(4);
    const common = {
      activation: 'relu',
      generator,
      placement: { dtype: 'f64', device: 'cpu' },
    } as const;
    const state = generator.normal([2, 3, 5, 6], 'f64');
    const plain = convShortcut({ ...sizes, ...common, stride });
    expect([...plain.parameters.keys()]).toEqual(['downsample.0.weight']);
    const weight = plain.parameters.get('downsample.0.weight')!;
    const convolved = conv2d(dense(state), dense(weight), { stride }).value;
    const value = plain.apply(state, { training: true });
    expect(value.shape).toEqual([2, 5, Math.ceil(5 / stride), Math.ceil(6 / stride)]);
    expect(relativeError(value.toArray(), convolved.data)).toBeLessThan(1e-13);

    const normed = normalisedShortcut({ ...sizes, ...common, stride });
    const names = ['shortcut.0.weight', 'shortcut.1.weight', 'shortcut.1.bias'];
    expect([...normed.parameters.keys()]).toEqual(names);
    const [kernel, gamma, beta] = names.map((name) => normed.parameters.get(name)!);
    noGrad(() => {
      ops.copy_(gamma!, generator.normal([5], 'f64'));
      ops.copy_(beta!, generator.normal([5], 'f64'));
    });
    const inner = conv2d(dense(state), dense(kernel!), { stride }).value;
    const trained = batchNorm(inner, numbers(gamma!), numbers(beta!));
    expect(relativeError(normed.apply(state, { training: true }).toArray(), trained.value.data)).toBeLessThan(
      1e-12,
    );
    const [mean, variance] = [...normed.buffers.values()].map(numbers);
    const evaluated = batchNormEval(inner, numbers(gamma!), numbers(beta!), mean!, variance!);
    expect(
      relativeError(normed.apply(state, { training: false }).toArray(), evaluated.value.data),
    ).toBeLessThan(1e-12);
  },
);
