/** Compares our 3 x 3 convolution with libtorch's. */
import { describe, expect, it } from 'vitest';
import { libraryFacts } from '../native/index.ts';
import { relativeError } from '../reference/index.ts';
import {
  autocast,
  type DType,
  enableGrad,
  Generator,
  grad,
  ops,
  scope,
  type Tensor,
} from '../tensor/index.ts';

interface Case {
  readonly images: readonly [number, number, number, number];
  readonly out: number;
  readonly stride: number;
}

const cases: Case[] = [
  { images: [3, 16, 32, 32], out: 16, stride: 1 },
  { images: [5, 16, 8, 16], out: 32, stride: 1 },
  { images: [7, 64, 8, 8], out: 64, stride: 1 },
  { images: [2, 48, 6, 8], out: 16, stride: 1 },
  { images: [1, 16, 1, 24], out: 48, stride: 1 },
  { images: [3, 32, 16, 8], out: 80, stride: 1 },
  // The convolution is libtorch's, the weight gradient ours.
  { images: [3, 16, 32, 32], out: 32, stride: 2 },
  { images: [2, 32, 6, 12], out: 64, stride: 2 },
  { images: [2, 32, 5, 6], out: 16, stride: 1 },
  // Channels, sizes and strides that the fast loops do not handle.
  { images: [2, 3, 8, 8], out: 16, stride: 1 },
  { images: [2, 16, 8, 8], out: 10, stride: 1 },
  { images: [2, 16, 7, 7], out: 16, stride: 2 },
  { images: [2, 16, 9, 8], out: 16, stride: 3 },
];

interface Outcome {
  readonly output: number[];
  readonly dx: number[];
  readonly dweight: number[];
}

const numbers = (x: Tensor): number[] => ops.toDtype(x, 'f64').toArray();

/** The values are rounded to bf16 first, so that they are the same in every dtype. */
function evaluate({ images, out, stride }: Case, dtype: DType, by: 'ours' | 'libtorch'): Outcome {
  return scope(() => {
    const generator = new Generator(3);
    const draw = (shape: readonly number[], type: DType): Tensor =>
      ops.contiguous(ops.toDtype(ops.toDtype(generator.normal(shape, 'f64'), 'bf16'), type), 'channelsLast');
    const wide: DType = dtype === 'f64' ? 'f64' : 'f32';
    const x = draw(images, dtype).setRequiresGrad();
    const weight = draw([out, images[1], 3, 3], wide).setRequiresGrad();
    const output = enableGrad(() =>
      by === 'ours'
        ? ops.conv3x3(x, weight, null, null, false, stride)
        : ops.conv2d(
            x,
            dtype === 'bf16' ? ops.toDtype(weight, 'bf16') : weight,
            null,
            [stride, stride],
            [1, 1],
          ),
    );
    const [dx, dweight] = grad(output, [x, weight], { cotangents: [draw(output.shape, dtype)] });
    expect(dweight!.dtype).toBe(wide);
    return { output: numbers(output), dx: numbers(dx!), dweight: numbers(dweight!) };
  });
}

const parts = ['output', 'dx', 'dweight'] as const;

describe('the 3 x 3 convolution', () => {
  it.each(cases)('of $images to $out channels, stride $stride, equals libtorch’s in f64', (one) => {
    const [ours, theirs] = [evaluate(one, 'f64', 'ours'), evaluate(one, 'f64', 'libtorch')];
    for (const part of parts) expect(relativeError(ours[part], theirs[part]), part).toBeLessThan(1e-13);
  });

  it.each(cases)('of $images to $out channels, stride $stride, keeps the accuracy of f32', (one) => {
    const [ours, exact] = [evaluate(one, 'f32', 'ours'), evaluate(one, 'f64', 'libtorch')];
    for (const part of parts) expect(relativeError(ours[part], exact[part]), part).toBeLessThan(2e-6);
  });

  // Without bf16 instructions, libtorch's own convolution runs and rounds its partial sums.
  const bf16 = libraryFacts().bf16;
  it
    .skipIf(!bf16)
    .each(cases.filter(({ images: [, channels], out }) => channels % 16 === 0 && out % 16 === 0))(
    'of $images to $out channels, stride $stride, rounds results to bf16 once and the weight gradient never',
    (one) => {
      const [ours, exact] = [evaluate(one, 'bf16', 'ours'), evaluate(one, 'f64', 'libtorch')];
      // Half a unit in the last of eight bits.
      for (const part of parts) expect(relativeError(ours[part], exact[part]), part).toBeLessThan(2 ** -8);
      const [, , height, width] = one.images;
      const rounded = one.stride > 2 || height % one.stride > 0 || width % one.stride > 0;
      if (!rounded) expect(relativeError(ours.dweight, exact.dweight)).toBeLessThan(2e-6);
    },
  );

  it('has exact adjoints: <conv(x, w), y> = <x, dx> = <w, dw>', () => {
    for (const { images, out, stride } of cases)
      scope(() => {
        const generator = new Generator(6);
        const draw = (shape: readonly number[]): Tensor =>
          ops.contiguous(generator.normal(shape, 'f64'), 'channelsLast');
        const x = draw(images).setRequiresGrad();
        const weight = draw([out, images[1], 3, 3]).setRequiresGrad();
        const output = enableGrad(() => ops.conv3x3(x, weight, null, null, false, stride));
        const y = draw(output.shape);
        const [dx, dweight] = grad(output, [x, weight], { cotangents: [y] });
        const dot = (a: Tensor, b: Tensor): number => ops.sum(ops.mul(a, b)).item();
        const expected = dot(output, y);
        const size = Math.sqrt(dot(output, output) * dot(y, y));
        expect(Math.abs(dot(x, dx!) - expected) / size).toBeLessThan(1e-13);
        expect(Math.abs(dot(weight, dweight!) - expected) / size).toBeLessThan(1e-13);
      });
  });

  it('fuses bias, added state and relu, with and without gradients', () => {
    for (const dtype of ['f64', 'f32', 'bf16'] as const)
      scope(() => {
        const generator = new Generator(8);
        const wide: DType = dtype === 'f64' ? 'f64' : 'f32';
        const image = (): Tensor =>
          ops.contiguous(ops.toDtype(generator.normal([3, 16, 8, 8], 'f64'), dtype), 'channelsLast');
        const [x, add] = [image(), image()];
        const weight = generator.normal([16, 16, 3, 3], wide);
        const bias = generator.normal([16], wide);
        const at64 = (t: Tensor): Tensor => ops.toDtype(t, 'f64');
        const rounded = dtype === 'bf16' ? ops.toDtype(weight, 'bf16') : weight;
        const expected = ops.relu(
          ops.add(ops.conv2d(at64(x), at64(rounded), at64(bias), [1, 1], [1, 1]), at64(add)),
        );
        const run = (leaf: Tensor): Tensor => ops.conv3x3(leaf, weight, bias, add, true, 1);
        const tolerance = { f64: 1e-13, f32: 1e-6, bf16: 0.01 }[dtype];
        expect(relativeError(numbers(run(x)), numbers(expected))).toBeLessThan(tolerance);
        const tracked = enableGrad(() => run(ops.clone(x).setRequiresGrad()));
        expect(relativeError(numbers(tracked), numbers(expected))).toBeLessThan(tolerance);
      });
  });

  it('rounds f32 inputs to bf16 under autocast', () => {
    scope(() => {
      const generator = new Generator(4);
      const x = ops.contiguous(generator.normal([4, 16, 8, 8], 'f32'), 'channelsLast');
      const weight = ops
        .contiguous(generator.normal([16, 16, 3, 3], 'f32'), 'channelsLast')
        .setRequiresGrad();
      const y = enableGrad(() => autocast('cpu', 'bf16', () => ops.conv3x3(x, weight, null, null, false, 1)));
      expect(y.dtype).toBe('bf16');
      expect(numbers(y)).toEqual(numbers(ops.conv3x3(ops.toDtype(x, 'bf16'), weight, null, null, false, 1)));
      expect(grad(y, [weight], { cotangents: [y] })[0]!.dtype).toBe('f32');
    });
  });

  it('propagates NaN through relu', () => {
    scope(() => {
      const x = ops.contiguous(ops.full([1, 16, 8, 8], Number.NaN, 'f32'), 'channelsLast');
      const y = ops.conv3x3(x, ops.full([16, 16, 3, 3], 1, 'f32'), null, null, true, 1);
      expect(numbers(y).every(Number.isNaN)).toBe(true);
    });
  });
});
