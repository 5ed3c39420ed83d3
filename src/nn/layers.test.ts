import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import {
  batchNorm,
  batchNormEval,
  conv2d,
  crossEntropy as referenceCrossEntropy,
  denseArray,
  type DenseArray,
  linear,
  relativeError,
  updateRunningStatistics,
} from '../reference/index.ts';
import { Generator, grad, noGrad, ops, scope, tensor, type Tensor } from '../tensor/index.ts';
import { BatchNorm } from './batch-norm.ts';
import { Conv2d } from './conv2d.ts';
import { crossEntropy } from './cross-entropy.ts';
import type { Placement } from './layer.ts';
import { Linear } from './linear.ts';

const placement: Placement = { dtype: 'f64', device: 'cpu' };
const tolerance = 1e-13;

const dense = (one: Tensor): DenseArray => denseArray(one.shape, one.toArray());

function expectClose(actual: Tensor, expected: ArrayLike<number>, what: string): void {
  expect(relativeError(actual.toArray(), expected), what).toBeLessThan(tolerance);
}

/** A layer's value and its derivatives with respect to input and parameters, for a random costate. */
function differentiate(value: Tensor, inputs: readonly Tensor[]): { costate: Tensor; gradients: Tensor[] } {
  const costate = new Generator(99).normal(value.shape, 'f64');
  return { costate, gradients: grad(value, inputs, { cotangents: [costate] }) };
}

it.each([
  { inChannels: 3, outChannels: 4, kernel: 3, stride: 1 },
  { inChannels: 2, outChannels: 5, kernel: 3, stride: 2 },
  { inChannels: 3, outChannels: 2, kernel: 1, stride: 2 },
  { inChannels: 1, outChannels: 2, kernel: 5, stride: 1 },
  { inChannels: 3, outChannels: 2, kernel: 1, stride: 1 },
  { inChannels: 4, outChannels: 6, kernel: 3, stride: 1, groups: 2 },
  // Widths for which our own 3 x 3 kernels exist.
  { inChannels: 16, outChannels: 32, kernel: 3, stride: 2, groups: 4 },
  { inChannels: 32, outChannels: 32, kernel: 3, stride: 1, groups: 32 },
])('convolution %j: value and derivatives equal the reference', (options) => {
  const generator = new Generator(1);
  const layer = new Conv2d(options, generator, placement);
  const input = generator.normal([2, options.inChannels, 7, 6], 'f64').setRequiresGrad();
  const value = layer.forward(input);
  const padding = (options.kernel - 1) / 2;
  const expected = conv2d(dense(input), dense(layer.weight), { ...options, padding });
  expect(value.shape).toEqual(expected.value.shape);
  expectClose(value, expected.value.data, 'value');
  const { costate, gradients } = differentiate(value, [input, layer.weight]);
  const back = expected.backward(dense(costate));
  expectClose(gradients[0]!, back.input.data, 'input');
  expectClose(gradients[1]!, back.weight.data, 'weight');
});

// oneDNN 2.6 writes out of bounds in these and crashes the process.
it.each([1, 2, 4, 6, 7, 8, 9])(
  'a 1 x 1 convolution with a stride of %d channels trains repeatedly in f32',
  (channels) => {
    const generator = new Generator(5);
    const sizes = { inChannels: channels, outChannels: 2 * channels, kernel: 1, stride: 2 };
    const layer = new Conv2d(sizes, generator, { dtype: 'f32', device: 'cpu' });
    const weight = dense(layer.weight);
    for (let i = 0; i < 20; i++)
      scope(() => {
        const drawn = generator.normal([8, channels, 16, 15], 'f32');
        const input = ops.contiguous(drawn, 'channelsLast').setRequiresGrad();
        const value = layer.forward(input);
        const costate = generator.normal(value.shape, 'f32');
        const gradients = grad(value, [input, layer.weight], { cotangents: [costate] });
        if (i > 0) return;
        const expected = conv2d(dense(input), weight, { stride: 2 });
        const back = expected.backward(dense(costate));
        expect(relativeError(value.toArray(), expected.value.data)).toBeLessThan(1e-6);
        expect(relativeError(gradients[0]!.toArray(), back.input.data)).toBeLessThan(1e-6);
        expect(relativeError(gradients[1]!.toArray(), back.weight.data)).toBeLessThan(1e-5);
      });
  },
);

it('a grouped convolution equals separate convolutions of its groups, in f32 and with all fused operations', () => {
  const generator = new Generator(3);
  const sizes = { inChannels: 32, outChannels: 32, kernel: 3, stride: 1 };
  const f32: Placement = { dtype: 'f32', device: 'cpu' };
  const layer = new Conv2d({ ...sizes, groups: 2 }, generator, f32);
  const half = new Conv2d({ ...sizes, inChannels: 16, outChannels: 16 }, generator, f32);
  const draw = (shape: readonly number[]): Tensor => ops.contiguous(generator.normal(shape), 'channelsLast');
  const [input, add] = [draw([2, 32, 8, 8]), draw([2, 32, 8, 8])];
  const [shift, factor] = [generator.normal([32]), generator.normal([32, 1, 1, 1])];
  const part = (x: Tensor, dim: number, i: number): Tensor => ops.sliceDim(x, dim, 16 * i, 16 * (i + 1));
  const whole = layer.forward(input, { factor, shift, add, activation: 'relu' });
  for (const i of [0, 1]) {
    noGrad(() => {
      ops.copy_(half.weight, part(layer.weight, 0, i));
    });
    const options = { factor: part(factor, 0, i), shift: part(shift, 0, i), add: part(add, 1, i) };
    const expected = half.forward(part(input, 1, i), { ...options, activation: 'relu' });
    expect(relativeError(part(whole, 1, i).toArray(), expected.toArray())).toBeLessThan(1e-6);
  }
});

it('groups that do not divide the channels are rejected', () => {
  const make = (): unknown =>
    new Conv2d({ inChannels: 6, outChannels: 8, kernel: 3, groups: 4 }, new Generator(1), placement);
  expect(make).toThrow(UsageError);
  expect(make).toThrow('channels must be divisible by groups (4), got 6 in and 8 out');
});

it('batch norm in training: value, derivatives and running statistics equal the reference', () => {
  const layer = movedNorm();
  const input = new Generator(2).normal([3, 4, 2, 3], 'f64').setRequiresGrad();
  const value = layer.forward(input, { training: true });
  const [weight, bias] = [layer.weight, layer.bias].map((one) => Float64Array.from(one.toArray()));
  const expected = batchNorm(dense(input), weight!, bias!);
  expectClose(value, expected.value.data, 'value');
  const { costate, gradients } = differentiate(value, [input, layer.weight, layer.bias]);
  const back = expected.backward(dense(costate));
  expectClose(gradients[0]!, back.input.data, 'input');
  expectClose(gradients[1]!, back.weight, 'weight');
  expectClose(gradients[2]!, back.bias, 'bias');
  const running = { mean: new Float64Array(4), variance: new Float64Array(4).fill(1) };
  updateRunningStatistics(running, expected.statistics);
  expectClose(layer.runningMean, running.mean, 'running mean');
  expectClose(layer.runningVariance, running.variance, 'running variance');
});

it('batch norm in evaluation: value and derivatives equal the reference, statistics stay', () => {
  const layer = movedNorm();
  layer.forward(new Generator(3).normal([4, 4, 3, 3], 'f64'), { training: true });
  const statistics = [...layer.buffers.values()].map((one) => Float64Array.from(one.toArray()));
  const input = new Generator(2).normal([3, 4, 2, 3], 'f64').setRequiresGrad();
  const value = layer.forward(input, { training: false });
  const [weight, bias] = [layer.weight, layer.bias].map((one) => Float64Array.from(one.toArray()));
  const expected = batchNormEval(dense(input), weight!, bias!, statistics[0]!, statistics[1]!);
  expectClose(value, expected.value.data, 'value');
  const { costate, gradients } = differentiate(value, [input, layer.weight, layer.bias]);
  const back = expected.backward(dense(costate));
  expectClose(gradients[0]!, back.input.data, 'input');
  expectClose(gradients[1]!, back.weight, 'weight');
  expectClose(gradients[2]!, back.bias, 'bias');
  expect([...layer.buffers.values()].map((one) => Float64Array.from(one.toArray()))).toEqual(statistics);
});

it('batch norm rejects one value per channel in training, and accepts it in evaluation', () => {
  const layer = movedNorm();
  const one = new Generator(2).normal([1, 4, 1, 1], 'f64');
  const train = (): unknown => layer.forward(one, { training: true });
  expect(train).toThrow(UsageError);
  expect(train).toThrow('one value per channel (batch of shape [1, 4, 1, 1])');
  expect(layer.runningVariance.toArray()).toEqual([1, 1, 1, 1]);
  expect(layer.forward(one, { training: false }).toArray().every(Number.isFinite)).toBe(true);
});

function movedNorm(): BatchNorm {
  const layer = new BatchNorm(4, placement);
  noGrad(() => {
    ops.copy_(layer.weight, tensor([0.7, -1.2, 1.4, 0.3], [4], { dtype: 'f64' }));
    ops.copy_(layer.bias, tensor([0.2, 0.9, -0.6, 1.1], [4], { dtype: 'f64' }));
  });
  return layer;
}

it('the readout: value and derivatives equal the reference', () => {
  const generator = new Generator(4);
  const layer = new Linear(5, 3, generator, placement);
  const input = generator.normal([4, 5], 'f64').setRequiresGrad();
  const value = layer.forward(input);
  const expected = linear(dense(input), dense(layer.weight), Float64Array.from(layer.bias.toArray()));
  expectClose(value, expected.value.data, 'value');
  const { costate, gradients } = differentiate(value, [input, layer.weight, layer.bias]);
  const back = expected.backward(dense(costate));
  expectClose(gradients[0]!, back.input.data, 'input');
  expectClose(gradients[1]!, back.weight.data, 'weight');
  expectClose(gradients[2]!, back.bias, 'bias');
});

it.each([0, 0.1, 0.7])(
  'cross-entropy with smoothing %d: loss and derivative equal the reference',
  (smoothing) => {
    const logits = ops.mulScalar(new Generator(5).normal([6, 4], 'f64'), 3).setRequiresGrad();
    const labels = [3, 0, 0, 2, 1, 3];
    const loss = crossEntropy(logits, tensor(BigInt64Array.from(labels.map(BigInt)), [6]), smoothing);
    const expected = referenceCrossEntropy(dense(logits), labels, smoothing);
    expectClose(loss, [expected.loss], 'loss');
    expectClose(grad(loss, [logits])[0]!, expected.backward().data, 'logits');
  },
);

describe('a factor', () => {
  const factors = [0.37, 1, 0, -1.8];

  function compare(
    inputs: readonly Tensor[],
    withFactor: (factor: Tensor) => Tensor,
    without: () => Tensor,
  ): void {
    for (const value of factors) {
      const factor = tensor([value], [], { dtype: 'f64' }).setRequiresGrad();
      const folded = withFactor(factor);
      const plain = ops.mul(without(), factor);
      expect(relativeError(folded.toArray(), plain.toArray())).toBeLessThan(tolerance);
      const actual = differentiate(folded, [...inputs, factor]).gradients;
      const expected = differentiate(plain, [...inputs, factor]).gradients;
      actual.forEach((gradient, i) => {
        expect(relativeError(gradient.toArray(), expected[i]!.toArray()), `${value}: ${i}`).toBeLessThan(
          tolerance,
        );
      });
      expect(actual.at(-1)!.item()).not.toBe(0);
    }
  }

  it.each([true, false])(
    'of batch norm (training %s) multiplies the output, derivatives included',
    (training) => {
      const layer = movedNorm();
      const input = new Generator(6).normal([3, 4, 2, 2], 'f64').setRequiresGrad();
      layer.forward(new Generator(7).normal([3, 4, 2, 2], 'f64'), { training: true });
      compare(
        [input, layer.weight, layer.bias],
        (factor) => layer.forward(input, { training }, { factor }),
        () => layer.forward(input, { training }),
      );
    },
  );

  it('of a convolution multiplies the output, derivatives included', () => {
    const generator = new Generator(8);
    const layer = new Conv2d({ inChannels: 2, outChannels: 3, kernel: 3 }, generator, placement);
    const input = generator.normal([2, 2, 5, 5], 'f64').setRequiresGrad();
    compare(
      [input, layer.weight],
      (factor) => layer.forward(input, { factor }),
      () => layer.forward(input),
    );
  });
});
