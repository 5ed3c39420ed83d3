/** Compares the fused batch norm for training with a chain of libtorch's operators. */
import { describe, expect, it } from 'vitest';
import { relativeError } from '../reference/index.ts';
import { type DType, enableGrad, Generator, grad, ops, scope, tensor, type Tensor } from '../tensor/index.ts';

interface Case {
  readonly shape: readonly [number, number, number, number];
  readonly add: boolean;
  readonly relu: boolean;
}

const shapes: Case['shape'][] = [
  [5, 16, 7, 3],
  [4, 32, 5, 5],
  [3, 48, 4, 2],
  [2, 80, 3, 3],
  [8, 64, 8, 8],
  // Several pixels per vector.
  [4, 8, 4, 4],
  [8, 1, 4, 4],
  // Neither channels nor pixels fill vectors: falls back to libtorch's operators.
  [4, 5, 3, 3],
  [3, 2, 1, 3],
];
const cases: Case[] = shapes.flatMap((shape) =>
  [true, false].flatMap((add) => [true, false].map((relu) => ({ shape, add, relu }))),
);

interface Outcome {
  readonly output: number[];
  readonly gradients: number[][];
  readonly running: number[][];
}

const numbers = (x: Tensor): number[] => ops.toDtype(x, 'f64').toArray();

/** Output, gradients in x, gamma, beta (and the added tensor), running moments. */
function evaluate(fused: boolean, { shape, add, relu }: Case, dtype: DType): Outcome {
  const generator = new Generator(5);
  const wide: DType = dtype === 'f64' ? 'f64' : 'f32';
  const image = (): Tensor =>
    ops.contiguous(ops.toDtype(generator.normal(shape, 'f64'), dtype), 'channelsLast');
  const [, channels] = shape;
  const vector = (): Tensor => generator.normal([channels], wide);
  // A mean much larger than the deviation: squares must not cancel.
  const x = ops.addScalar(image(), dtype === 'bf16' ? 1 : 100).setRequiresGrad();
  const [gamma, beta] = [vector().setRequiresGrad(), vector().setRequiresGrad()];
  const [mean, variance] = [vector(), ops.abs(vector())];
  const other = image().setRequiresGrad();
  const output = enableGrad(() => {
    if (fused) return ops.batchNormTrain(x, gamma, beta, mean, variance, add ? other : null, relu, 0.1, 1e-5);
    let y = ops.batchNorm(x, gamma, beta, mean, variance, true, 0.1, 1e-5, false);
    if (add) y = ops.add(y, other);
    return relu ? ops.relu(y) : y;
  });
  const leaves = [x, gamma, beta, ...(add ? [other] : [])];
  return {
    output: numbers(output),
    gradients: grad(output, leaves, { cotangents: [image()] }).map(numbers),
    running: [mean, variance].map(numbers),
  };
}

describe('fused batch norm', () => {
  it.each(cases)('$shape, add $add, relu $relu: equals libtorch in f64', (one) => {
    const [ours, expected] = [evaluate(true, one, 'f64'), evaluate(false, one, 'f64')];
    expect(relativeError(ours.output, expected.output)).toBeLessThan(1e-11);
    ours.gradients.forEach((gradient, i) => {
      expect(relativeError(gradient, expected.gradients[i]!), `gradient ${i}`).toBeLessThan(1e-9);
    });
    ours.running.forEach((moment, i) => {
      expect(relativeError(moment, expected.running[i]!), `moment ${i}`).toBeLessThan(1e-11);
    });
  });

  it('returns the derivative of its output', () => {
    for (const one of cases.filter(({ shape }) => shape[1] === 8 || shape[1] === 16)) {
      scope(() => {
        const generator = new Generator(2);
        const image = (): Tensor => ops.contiguous(generator.normal(one.shape, 'f64'), 'channelsLast');
        const [x, dx, q, other] = [image(), image(), image(), image()];
        const [gamma, beta] = [
          generator.normal([one.shape[1]], 'f64'),
          generator.normal([one.shape[1]], 'f64'),
        ];
        const value = (input: Tensor): Tensor =>
          ops.sum(
            ops.mul(
              ops.batchNormTrain(input, gamma, beta, null, null, one.add ? other : null, one.relu, 0.1, 1e-5),
              q,
            ),
          );
        const leaf = ops.clone(x).setRequiresGrad();
        const slope = ops.sum(ops.mul(enableGrad(() => grad(value(leaf), [leaf]))[0]!, dx)).item();
        const step = 1e-6;
        const at = (by: number): number => value(ops.add(x, dx, by)).item();
        const difference = (at(step) - at(-step)) / (2 * step);
        expect(Math.abs(slope - difference)).toBeLessThan(1e-6 * Math.max(1, Math.abs(slope)));
      });
    }
  });

  it.each(['f32', 'bf16'] as const)('in %s is as close to f64 as libtorch, or within rounding', (dtype) => {
    for (const one of cases) {
      const exact = evaluate(false, one, 'f64');
      const [ours, theirs] = [evaluate(true, one, dtype), evaluate(false, one, dtype)];
      const unit = dtype === 'f32' ? 1e-5 : 0.02;
      const near = (a: number[], b: number[]): number => relativeError(a, b);
      // A mean of 100 costs f32 two digits; bf16 rounds the input itself, so the two are compared with each other.
      if (dtype === 'bf16') expect(near(ours.output, theirs.output)).toBeLessThan(unit);
      else
        expect(near(ours.output, exact.output)).toBeLessThan(
          Math.max(100 * unit, 3 * near(theirs.output, exact.output)),
        );
    }
  });

  it('fused norm, sum and relu equal the separate operators bit for bit, in bf16 too', () => {
    for (const dtype of ['f64', 'f32', 'bf16'] as const) {
      const generator = new Generator(9);
      const wide = dtype === 'f64' ? 'f64' : 'f32';
      const image = (): Tensor =>
        ops.contiguous(ops.toDtype(generator.normal([4, 16, 6, 6], 'f64'), dtype), 'channelsLast');
      const [x, other] = [image(), image()];
      const [gamma, beta] = [generator.normal([16], wide), generator.normal([16], wide)];
      const norm = (add: Tensor | null, relu: boolean): Tensor =>
        ops.batchNormTrain(x, gamma, beta, null, null, add, relu, 0.1, 1e-5);
      const parts = ops.relu(ops.add(norm(null, false), other));
      expect(numbers(norm(other, true))).toEqual(numbers(parts));
    }
  });

  it('propagates NaN', () => {
    const x = ops.contiguous(ops.full([2, 16, 2, 2], 1, 'f32'), 'channelsLast');
    const bias = tensor([Number.NaN, ...new Array<number>(15).fill(0)], [16], { dtype: 'f32' });
    for (const dtype of ['f32', 'bf16'] as const) {
      const y = ops.batchNormTrain(
        ops.toDtype(x, dtype),
        ops.full([16], 1, 'f32'),
        bias,
        null,
        null,
        null,
        true,
        0.1,
        1e-5,
      );
      expect(numbers(y).filter(Number.isNaN)).toHaveLength(8);
    }
  });
});
