import { expect, it } from 'vitest';
import { activation, activations, type ActivationName } from './activation.ts';
import { denseArray, inner, type DenseArray } from './array.ts';
import { averagePool } from './average-pool.ts';
import { batchNorm, batchNormEval, updateRunningStatistics } from './batch-norm.ts';
import { conv2d } from './conv2d.ts';
import { crossEntropy } from './cross-entropy.ts';
import { erf } from './erf.ts';
import { linear } from './linear.ts';
import { numericalGradient, relativeError } from './numeric-gradient.ts';
import { seededNormal } from './random.ts';
import { shortcutA } from './shortcut.ts';

const normal = seededNormal(1);

function random(...shape: number[]): DenseArray {
  const x = denseArray(shape);
  return denseArray(shape, x.data.map(normal));
}

/** Compares `gradient` with central differences of <cotangent, value()> in the entries of `x`. */
function expectGradient(
  value: () => DenseArray,
  cotangent: DenseArray,
  x: Float64Array,
  gradient: Float64Array,
): void {
  expect(
    relativeError(
      gradient,
      numericalGradient(() => inner(value(), cotangent), x),
    ),
  ).toBeLessThan(1e-9);
}

it.each([
  { kernel: 3, stride: 1, padding: 1, size: [5, 4], out: [5, 4] },
  { kernel: 3, stride: 2, padding: 1, size: [5, 4], out: [3, 2] },
  { kernel: 3, stride: 1, padding: 0, size: [5, 4], out: [3, 2] },
  { kernel: 1, stride: 1, padding: 0, size: [3, 4], out: [3, 4] },
  { kernel: 1, stride: 2, padding: 0, size: [3, 4], out: [2, 2] },
  { kernel: 3, stride: 1, padding: 1, groups: 2, size: [3, 4], out: [3, 4] },
])('conv2d %j: pull-backs equal finite differences', (c) => {
  const [h = 0, w = 0] = c.size;
  const groups = c.groups ?? 1;
  const x = random(2, 3 * groups, h, w);
  const weight = random(2 * groups, 3, c.kernel, c.kernel);
  const run = (): ReturnType<typeof conv2d> => conv2d(x, weight, c);
  expect(run().value.shape).toEqual([2, 2 * groups, ...c.out]);
  const p = random(2, 2 * groups, ...c.out);
  const gradient = run().backward(p);
  expectGradient(() => run().value, p, x.data, gradient.input.data);
  expectGradient(() => run().value, p, weight.data, gradient.weight.data);
});

it('conv2d is the cross-correlation (the kernel is not flipped) with zeros outside', () => {
  const x = denseArray([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]);
  const weight = denseArray([1, 1, 3, 3], [1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7, 1e8]);
  const { value } = conv2d(x, weight, { padding: 1 });
  expect(Array.from(value.data)).toEqual([
    1e4 + 2e5 + 4e7 + 5e8,
    1e3 + 2e4 + 3e5 + 4e6 + 5e7 + 6e8,
    2e3 + 3e4 + 5e6 + 6e7,
    10 + 200 + 4e4 + 5e5,
    1 + 20 + 300 + 4e3 + 5e4 + 6e5,
    2 + 30 + 5e3 + 6e4,
  ]);
  expect(Array.from(conv2d(x, weight, { padding: 1, stride: 2 }).value.data)).toEqual([
    value.data[0],
    value.data[2],
  ]);
});

it('conv2d in groups is a convolution of each channel group', () => {
  const x = random(1, 4, 3, 3);
  const weight = random(6, 2, 3, 3);
  const part = (values: DenseArray, shape: readonly number[], i: number): DenseArray => {
    const size = values.data.length / 2;
    return denseArray(shape, values.data.slice(i * size, (i + 1) * size));
  };
  const parts = [0, 1].flatMap((i) => [
    ...conv2d(part(x, [1, 2, 3, 3], i), part(weight, [3, 2, 3, 3], i), { padding: 1 }).value.data,
  ]);
  expect([...conv2d(x, weight, { padding: 1, groups: 2 }).value.data]).toEqual(parts);
});

it('conv2d rejects channels that disagree', () => {
  expect(() => conv2d(random(1, 2, 3, 3), random(1, 3, 3, 3))).toThrow(
    'conv2d: the kernel has 3 input channels, the image 2',
  );
  expect(() => conv2d(random(1, 4, 3, 3), random(2, 4, 3, 3), { groups: 2 })).toThrow(
    'conv2d: the kernel has 4 input channels, the image 4 in 2 groups',
  );
});

it('batch norm in training mode: pull-backs equal finite differences', () => {
  const x = random(3, 2, 2, 3);
  const weight = random(2).data;
  const bias = random(2).data;
  const p = random(3, 2, 2, 3);
  const value = (): DenseArray => batchNorm(x, weight, bias).value;
  const gradient = batchNorm(x, weight, bias).backward(p);
  expectGradient(value, p, x.data, gradient.input.data);
  expectGradient(value, p, weight, gradient.weight);
  expectGradient(value, p, bias, gradient.bias);
});

it('batch norm normalises by the biased variance and reports the unbiased one', () => {
  // Channel 0: 1, 2, 3, 6 (mean 3, squares 14); channel 1: twice 0, twice 8 (mean 4, squares 64).
  const x = denseArray([2, 2, 1, 2], [1, 2, 0, 8, 3, 6, 0, 8]);
  const { value, statistics } = batchNorm(x, Float64Array.of(1, 3), Float64Array.of(0, -1));
  expect(Array.from(statistics.mean)).toEqual([3, 4]);
  expect(statistics.variance[0]).toBeCloseTo(14 / 3, 14);
  expect(statistics.variance[1]).toBeCloseTo(64 / 3, 14);
  const expected = [
    ...[-2, -1].map((v) => v / Math.sqrt(14 / 4 + 1e-5)),
    ...[-4, 4].map((v) => (3 * v) / Math.sqrt(16 + 1e-5) - 1),
    ...[0, 3].map((v) => v / Math.sqrt(14 / 4 + 1e-5)),
    ...[-4, 4].map((v) => (3 * v) / Math.sqrt(16 + 1e-5) - 1),
  ];
  expect(relativeError(value.data, expected)).toBeLessThan(1e-15);
  const running = { mean: Float64Array.of(0, 1), variance: Float64Array.of(1, 1) };
  updateRunningStatistics(running, statistics);
  expect(relativeError(running.mean, [0.3, 1.3])).toBeLessThan(1e-15);
  expect(relativeError(running.variance, [0.9 + 1.4 / 3, 0.9 + 6.4 / 3])).toBeLessThan(1e-15);
});

it('batch norm rejects one value per channel', () => {
  expect(() => batchNorm(random(1, 2, 1, 1), new Float64Array(2), new Float64Array(2))).toThrow(
    'batchNorm: training needs at least two values per channel',
  );
});

it('batch norm in evaluation mode is affine in x, and its pull-backs equal finite differences', () => {
  const x = random(2, 2, 2, 2);
  const weight = random(2).data;
  const bias = random(2).data;
  const mean = Float64Array.of(0.5, -1);
  const variance = Float64Array.of(4 - 1e-5, 0.25 - 1e-5);
  const p = random(2, 2, 2, 2);
  const run = (): ReturnType<typeof batchNormEval> => batchNormEval(x, weight, bias, mean, variance);
  const [w = NaN] = weight;
  const [b = NaN] = bias;
  const [first = NaN] = x.data;
  expect(run().value.data[0]).toBeCloseTo((w * (first - 0.5)) / 2 + b, 14);
  const gradient = run().backward(p);
  expectGradient(() => run().value, p, x.data, gradient.input.data);
  expectGradient(() => run().value, p, weight, gradient.weight);
  expectGradient(() => run().value, p, bias, gradient.bias);
});

it.each(Object.keys(activations) as ActivationName[])(
  'activation %s: pull-back equals finite differences',
  (name) => {
    const x = denseArray([8], [-40, -3, -0.7, -0.1, 0.2, 1.3, 4, 40]);
    const p = random(8);
    expectGradient(() => activation(x, name).value, p, x.data, activation(x, name).backward(p).data);
  },
);

it('relu has slope 0 at 0', () => {
  expect(activations.relu.slope(0)).toBe(0);
  expect(Object.is(activations.relu.value(-2), 0)).toBe(true);
});

it('softplus neither overflows nor underflows early', () => {
  expect(activations.softplus.value(0)).toBe(Math.LN2);
  expect(activations.softplus.value(1000)).toBe(1000);
  expect(activations.softplus.value(-700)).toBe(Math.exp(-700));
  expect(activations.softplus.slope(-1000)).toBe(0);
});

it.each([
  // From mpmath with 25 digits: mpmath.erf(mpmath.mpf("0.1")) and so on.
  [0.1, 0.1124629160182848922],
  [0.5, 0.5204998778130465377],
  [1, 0.8427007929497148693],
  [1.9, 0.992790429235257554],
  [2, 0.9953222650189527342],
  [3.5, 0.9999992569016276586],
  [30, 1],
])('erf(%d) is accurate to 2e-15 and odd', (x, expected) => {
  expect(Math.abs(erf(x) - expected)).toBeLessThan(2e-15);
  expect(erf(-x)).toBe(-erf(x));
});

it('gelu multiplies by the normal distribution function', () => {
  expect(activations.gelu.value(1)).toBeCloseTo(0.8413447460685429, 14);
});

it('shortcut A keeps every second row and column and pads half of the new channels on each side', () => {
  const x = random(2, 2, 3, 4);
  const { value } = shortcutA(x, 4);
  expect(value.shape).toEqual([2, 4, 2, 2]);
  const sample = Array.from(value.data.subarray(16, 32));
  const image = x.data.subarray(24);
  expect(sample.slice(0, 4)).toEqual([0, 0, 0, 0]);
  expect(sample.slice(4, 8)).toEqual([0, 2, 8, 10].map((i) => image[i]));
  expect(sample.slice(8, 12)).toEqual([12, 14, 20, 22].map((i) => image[i]));
  expect(sample.slice(12, 16)).toEqual([0, 0, 0, 0]);
});

it('shortcut A: pull-back equals finite differences', () => {
  const x = random(2, 2, 3, 4);
  const p = random(2, 4, 2, 2);
  expectGradient(() => shortcutA(x, 4).value, p, x.data, shortcutA(x, 4).backward(p).data);
});

it('average pool: the mean over the image, pull-back equals finite differences', () => {
  const x = random(2, 3, 2, 3);
  const p = random(2, 3);
  const { value, backward } = averagePool(x);
  const mean = x.data.subarray(6, 12).reduce((sum, v) => sum + v, 0) / 6;
  expect(value.data[1]).toBeCloseTo(mean, 14);
  expectGradient(() => averagePool(x).value, p, x.data, backward(p).data);
});

it('linear: x weight^T + bias, pull-backs equal finite differences', () => {
  const x = random(2, 3);
  const weight = random(4, 3);
  const bias = random(4).data;
  const p = random(2, 4);
  const small = linear(
    denseArray([1, 2], [2, 3]),
    denseArray([2, 2], [1, 10, 100, 1000]),
    Float64Array.of(0.5, 0),
  );
  expect(Array.from(small.value.data)).toEqual([32.5, 3200]);
  const gradient = linear(x, weight, bias).backward(p);
  expectGradient(() => linear(x, weight, bias).value, p, x.data, gradient.input.data);
  expectGradient(() => linear(x, weight, bias).value, p, weight.data, gradient.weight.data);
  expectGradient(() => linear(x, weight, bias).value, p, bias, gradient.bias);
});

it.each([0, 0.1])(
  'cross-entropy with smoothing %d follows its definition, and its gradient equals finite differences',
  (s) => {
    const logits = random(3, 4);
    const labels = [2, 0, 3];
    let expected = 0;
    labels.forEach((label, n) => {
      const z = Array.from(logits.data.subarray(4 * n, 4 * n + 4));
      const log = z.map((v) => v - Math.log(z.reduce((sum, u) => sum + Math.exp(u), 0)));
      const nll = -(log[label] ?? NaN);
      const smooth = -log.reduce((sum, v) => sum + v, 0) / 4;
      expected += ((1 - s) * nll + s * smooth) / 3;
    });
    const { loss, backward } = crossEntropy(logits, labels, s);
    expect(loss).toBeCloseTo(expected, 13);
    const numeric = numericalGradient(() => crossEntropy(logits, labels, s).loss, logits.data);
    expect(relativeError(backward().data, numeric)).toBeLessThan(1e-10);
  },
);

it('cross-entropy stays finite at huge logits and rejects a label out of range', () => {
  expect(crossEntropy(denseArray([1, 2], [1e4, 0]), [1]).loss).toBe(1e4);
  expect(() => crossEntropy(denseArray([1, 2]), [2])).toThrow('label 2 of sample 0 is not among 2 classes');
});
