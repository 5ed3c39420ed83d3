import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { libraryFacts, OperatorError } from '../native/index.ts';
import { Generator } from './generator.ts';
import * as ops from './operators_generated.ts';
import { scope } from './scope.ts';
import { liveTensorCount } from './tensor.ts';
import { zeros } from './create.ts';

function draws(generator: Generator, count = 4): number[] {
  return scope(() => generator.normal([count]).toArray());
}

function seeded(seed: number): number[] {
  const generator = new Generator(seed);
  const values = draws(generator);
  generator.dispose();
  return values;
}

it('a seed determines the samples', () => {
  expect(seeded(1)).toEqual(seeded(1));
  expect(seeded(1)).not.toEqual(seeded(2));
  expect(new Set(seeded(1)).size).toBe(4);
});

it('the first samples equal PyTorch’s for the seed', () => {
  // torch.manual_seed(0); torch.randn(4)
  const wanted = [1.5409961, -0.2934289, -2.1787894, 0.56843126];
  seeded(0).forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i] ?? NaN, 6);
  });
});

it('seeds that differ only above 32 bits differ', () => {
  const seeds = [1, 2 ** 32 + 1, 2 ** 33 + 1, 2 ** 52 + 1, 2 ** 53 - 1, 2 ** 32 - 1];
  expect(new Set(seeds.map((seed) => seeded(seed).join())).size).toBe(seeds.length);
  expect(seeded(2 ** 53 - 1)).toEqual(seeded(2 ** 53 - 1));
});

it('a wrong seed is rejected', () => {
  for (const seed of [-1, 0.5, NaN, 2 ** 53])
    expect(() => new Generator(seed), String(seed)).toThrow(UsageError);
  expect(() => new Generator(1, 'toaster')).toThrow(OperatorError);
});

it('a state saved in mid-stream continues bit for bit, also in another generator', () => {
  const generator = new Generator(7);
  // After an odd number of normals, the state holds half a pair.
  draws(generator, 3);
  const state = generator.state();
  const before = liveTensorCount();
  const first = [draws(generator, 5), draws(generator, 20)];
  generator.restore(state);
  expect([draws(generator, 5), draws(generator, 20)]).toEqual(first);
  const other = new Generator(99);
  other.restore(state);
  expect([draws(other, 5), draws(other, 20)]).toEqual(first);
  expect(other.state()).toEqual(generator.state());
  expect(liveTensorCount()).toBe(before);
  generator.dispose();
  other.dispose();
});

it('a saved state is a copy', () => {
  const generator = new Generator(7);
  const state = generator.state();
  const copy = state.slice();
  draws(generator);
  expect(state).toEqual(copy);
  expect(generator.state()).not.toEqual(copy);
  generator.dispose();
});

it('invalid state bytes are rejected, and the stream is unaffected', () => {
  const generator = new Generator(7);
  const twin = new Generator(7);
  const before = liveTensorCount();
  expect(() => {
    generator.restore(new Uint8Array(10));
  }).toThrow(OperatorError);
  expect(liveTensorCount()).toBe(before);
  expect(draws(generator)).toEqual(draws(twin));
  generator.dispose();
  twin.dispose();
});

it('uniform samples lie in [0, 1), normal ones have mean 0 and variance 1', () => {
  scope(() => {
    const generator = new Generator(3);
    const uniform = generator.uniform([20_000], 'f64').toArray();
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    // Six standard errors of each estimate.
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(6 * Math.sqrt(1 / 12 / 20_000));
    const normal = generator.normal([20_000], 'f64').toArray();
    expect(Math.abs(mean(normal))).toBeLessThan(6 * Math.sqrt(1 / 20_000));
    expect(Math.abs(mean(normal.map((value) => value * value)) - 1)).toBeLessThan(6 * Math.sqrt(2 / 20_000));
    generator.dispose();
  });
});

it('generators are independent of each other', () => {
  const [a, b] = [new Generator(1), new Generator(2)];
  const first = draws(a);
  draws(b);
  const second = draws(a);
  const again = new Generator(1);
  expect([draws(again), draws(again)]).toEqual([first, second]);
  for (const one of [a, b, again]) one.dispose();
});

it('in-place operators draw from a generator too', () => {
  scope(() => {
    const fill = (): number[] => {
      using generator = new Generator(4);
      const x = zeros([3]);
      ops.uniform_(x, -1, 1, generator);
      return x.toArray();
    };
    expect(fill()).toEqual(fill());
  });
});

it('a disposed generator rejects every use, and its id is reused safely', () => {
  const generator = new Generator(1);
  generator.dispose();
  const tenant = new Generator(5);
  for (const use of [() => generator.id, () => generator.state(), () => draws(generator)])
    expect(use).toThrow(new UsageError('generator used after it was disposed'));
  expect(() => {
    generator.restore(tenant.state());
  }).toThrow(UsageError);
  generator.dispose();
  expect(draws(tenant)).toEqual(seeded(5));
  tenant.dispose();
});

const { cudaDevices } = libraryFacts();
it.skipIf(cudaDevices === 0)(`a GPU generator is seeded, saved and restored (${cudaDevices} here)`, () => {
  scope(() => {
    using generator = new Generator(2 ** 40, 'cuda');
    using twin = new Generator(2 ** 40, 'cuda');
    const state = generator.state();
    const first = draws(generator);
    expect(draws(twin)).toEqual(first);
    generator.restore(state);
    expect(draws(generator)).toEqual(first);
  });
});
