import { expect, it, vi } from 'vitest';
import { UsageError } from '../../errors.ts';
import { relativeError } from '../../reference/index.ts';
import { Generator, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import { kernelRidge, linearisedModel } from './linearised.ts';
import { learningRateBound } from './spectrum.ts';

const generator = new Generator(6);
const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
const f64 = (values: readonly number[], ...shape: number[]): Tensor =>
  tensor(values, shape, { dtype: 'f64' });
const [n, rank] = [6, 3];
/** A kernel of rank 3, up to rounding, and a cross-kernel from the same features. */
const features = normal(n, rank);
const gram = (a: Tensor, b: Tensor): Tensor => ops.mm(a, ops.transpose(b, 0, 1));
const kernel = gram(features, features);
const [initial, targets] = [normal(n, 1), normal(n, 1)];
const others = normal(4, rank);
const cross = gram(others, features);
const start = normal(4, 1);

it('eigenvalues rounded below 0 do not grow with time', () => {
  scope(() => {
    // Eigenvalues 2 and -3e-16 along (1, 1) and (1, -1).
    const [a, b] = [(2 - 3e-16) / 2, (2 + 3e-16) / 2];
    const model = linearisedModel(f64([a, b, b, a], 2, 2), f64([1, 0], 2, 1), f64([0, 0], 2, 1));
    expect(model.eigenvalues[0]).toBe(0);
    for (const s of [1e3, 1e18, 1e300, Infinity]) {
      expect(model.at(s).toArray()[0]).toBeCloseTo(1 / 2, 14);
      expect(model.at(s).toArray()[1]).toBeCloseTo(-1 / 2, 14);
    }
  });
});

it('at Infinity, the model fits the range of the kernel and keeps the rest', () => {
  scope(() => {
    const model = linearisedModel(kernel, initial, targets);
    expect(model.eigenvalues.filter((value) => value === 0)).toHaveLength(n - rank);
    const end = model.at(Infinity);
    expect(relativeError(model.at(1e6).toArray(), end.toArray())).toBeLessThan(1e-12);
    expect(
      relativeError(model.after(Infinity, 0.5 * model.learningRateBound).toArray(), end.toArray()),
    ).toBeLessThan(1e-12);
    // The remaining residual is orthogonal to all features.
    const left = ops.mm(ops.transpose(features, 0, 1), ops.sub(end, targets)).toArray();
    for (const value of left) expect(Math.abs(value)).toBeLessThan(1e-12);
    // At other inputs: least squares in the features, independent of s.
    const limit = model.atOtherInputs(Infinity, cross, start).toArray();
    for (const s of [1e6, 1e12, 1e30])
      expect(relativeError(model.atOtherInputs(s, cross, start).toArray(), limit)).toBeLessThan(1e-10);
    const there = model.atOtherInputs(Infinity, kernel, initial).toArray();
    expect(relativeError(there, end.toArray())).toBeLessThan(1e-10);
    expect(model.residualUntil(2).toArray().every(Number.isFinite)).toBe(true);
    expect(() => model.residualUntil(Infinity)).toThrow(
      'integrals of the residual overflow at s = Infinity: K / N has the eigenvalue 0',
    );
  });
});

it('the integral up to Infinity exists if no residual remains', () => {
  scope(() => {
    const model = linearisedModel(f64([2, 0, 0, 4], 2, 2), f64([1, 1], 2, 1), f64([0, 0], 2, 1));
    // r / (lambda / N)
    expect(relativeError(model.residualUntil(Infinity).toArray(), [1, 0.5])).toBeLessThan(1e-14);
  });
});

it('an indefinite kernel grows exponentially, and overflow is an error', () => {
  scope(() => {
    const model = linearisedModel(f64([2, 0, 0, -2], 2, 2), f64([1, 1], 2, 1), f64([0, 0], 2, 1));
    expect(relativeError(model.at(3).toArray(), [Math.exp(-3), Math.exp(3)])).toBeLessThan(1e-14);
    for (const s of [1e4, Infinity]) {
      expect(() => model.at(s)).toThrow(UsageError);
      expect(() => model.at(s)).toThrow(`predictions overflow at s = ${s}: K / N has the eigenvalue -1.00`);
    }
  });
});

it('the learning-rate bound separates convergence from divergence', () => {
  scope(() => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const model = linearisedModel(kernel, initial, targets);
    const bound = learningRateBound(kernel, n);
    expect(model.learningRateBound).toBe(bound);
    expect(bound).toBeCloseTo((2 * n) / Math.max(...ops.eigh(kernel)[0].toArray()), 12);
    const end = model.at(Infinity).toArray();
    expect(relativeError(model.after(5000, 0.99 * bound).toArray(), end)).toBeLessThan(1e-10);
    model.after(3, bound);
    expect(warn).not.toHaveBeenCalled();
    const apart = model.after(5000, 1.01 * bound).toArray();
    expect(Math.max(...apart.map(Math.abs))).toBeGreaterThan(1e10);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toContain('is above 2 / lambda_max = ');
    expect(() => model.after(1_000_000, 2 * bound)).toThrow('predictions overflow at k = 1000000');
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
    expect(learningRateBound(ops.zeros([2, 2], 'f64'), 2)).toBe(Infinity);
  });
});

it('eigenvalues of f32 kernels are clamped at f32 rounding', () => {
  scope(() => {
    const narrow = (x: Tensor): Tensor => ops.toDtype(x, 'f32');
    const model = linearisedModel(narrow(kernel), narrow(initial), narrow(targets));
    expect(model.eigenvalues.filter((value) => value === 0)).toHaveLength(n - rank);
    const wide = linearisedModel(kernel, initial, targets).at(1e9).toArray();
    const result = model.at(1e9);
    expect(result.dtype).toBe('f32');
    expect(relativeError(result.toArray(), wide)).toBeLessThan(1e-4);
  });
});

it('a model survives the scope that returns it, and copies its arguments', () => {
  const own = ops.clone(targets);
  const model = scope(() => linearisedModel(kernel, initial, own));
  const before = model.at(1).toArray();
  ops.fill_(own, 5);
  expect(model.at(1).toArray()).toEqual(before);
  model.eigenvectors.dispose();
});

it.each([
  [
    () => linearisedModel(f64([1, 2, 0, 1], 2, 2), f64([1, 1], 2, 1), f64([1, 1], 2, 1)),
    'expected a symmetric kernel, got entries that differ from their mirror image by up to 2.00',
  ],
  [
    () => linearisedModel(f64([1, NaN, NaN, 1], 2, 2), f64([1, 1], 2, 1), f64([1, 1], 2, 1)),
    'found NaN or an infinite number in the kernel',
  ],
  [
    () => linearisedModel(f64([1, 0, 0, 1], 2, 2), f64([1, NaN], 2, 1), f64([1, 1], 2, 1)),
    'found NaN or an infinite number in the predictions',
  ],
  [
    () => linearisedModel(f64([1, 0, 0, 1], 2, 2), f64([1, 1], 2, 1), f64([1, Infinity], 2, 1)),
    'found NaN or an infinite number in the targets',
  ],
  [() => linearisedModel(kernel, initial, targets).at(NaN), 'expected a finite number >= 0 for s, got NaN'],
  [() => linearisedModel(kernel, initial, targets).after(1.5, 1), 'expected an integer >= 0 for k, got 1.5'],
  [() => learningRateBound(cross, 4), 'expected a square kernel [n, n], got shape [4, 6]'],
  [() => learningRateBound(kernel, 0), 'expected an integer >= 1 for samples, got 0'],
  [
    () => kernelRidge(kernel, tensor([0, 1, 0, 1, 1, 0], [6], { dtype: 'i64' })),
    'a linear model needs real targets, got i64: convert labels with oneHot(labels, classes)',
  ],
])('invalid arguments are rejected (%#)', (act, message) => {
  expect(act).toThrow(UsageError);
  expect(act).toThrow(message);
});
