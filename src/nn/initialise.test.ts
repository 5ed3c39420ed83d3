import { expect, it } from 'vitest';
import { Generator, liveTensorCount, ops, scope, tensor } from '../tensor/index.ts';
import { activate, activateInPlace } from './activation.ts';
import { Conv2d } from './conv2d.ts';
import { buffer, heNormal, parameter, uniform } from './initialise.ts';
import { joinNamed } from './layer.ts';
import { Linear } from './linear.ts';

const placement = { dtype: 'f64', device: 'cpu' } as const;

it('He-normal weights have mean 0 and variance 2 / fan-in', () => {
  const draws = heNormal([200, 50, 3, 3], new Generator(1)).toArray();
  const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
  const variance = draws.reduce((a, b) => a + b * b, 0) / draws.length;
  const expected = 2 / (50 * 9);
  // Five standard errors of 90,000 samples.
  expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(expected / draws.length));
  expect(Math.abs(variance / expected - 1)).toBeLessThan(5 * Math.sqrt(2 / draws.length));
});

it('uniform weights fill [-bound, bound]', () => {
  const draws = uniform([20_000], 0.25, new Generator(2)).toArray();
  expect(Math.max(...draws)).toBeLessThanOrEqual(0.25);
  expect(Math.max(...draws)).toBeGreaterThan(0.249);
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(-0.25);
  expect(Math.min(...draws)).toBeLessThan(-0.249);
});

it('the readout starts within 1 / sqrt(inputs)', () => {
  const layer = new Linear(16, 500, new Generator(3), placement);
  for (const one of layer.parameters.values()) {
    const largest = Math.max(...one.toArray().map(Math.abs));
    expect(largest).toBeLessThanOrEqual(0.25);
    expect(largest).toBeGreaterThan(0.24);
  }
});

it('parameters outlive their scope and require gradients; buffers do not require them', () => {
  const before = liveTensorCount();
  const made = scope(() => ({
    trained: parameter(() => tensor([1, 2]), placement),
    held: buffer(() => tensor([3]), placement),
  }));
  expect(liveTensorCount()).toBe(before + 2);
  expect(made.trained.toArray()).toEqual([1, 2]);
  expect(made.trained.dtype).toBe('f64');
  expect([made.trained.requiresGrad, made.held.requiresGrad]).toEqual([true, false]);
});

it('a parameter copies the drawn values', () => {
  const drawn = tensor([1, 2], [2], { dtype: 'f64' });
  const made = buffer(() => drawn, placement);
  ops.fill_(drawn, 7);
  expect(made.toArray()).toEqual([1, 2]);
});

it('convolution weights keep their values in any memory layout', () => {
  const drawn = heNormal([2, 3, 3, 3], new Generator(5)).toArray();
  const layer = new Conv2d({ inChannels: 3, outChannels: 2, kernel: 3 }, new Generator(5), placement);
  expect(layer.weight.toArray()).toEqual(drawn);
});

it('activations: relu in place overwrites, out of place does not; softplus never does', () => {
  const input = tensor([-1, 2], [2], { dtype: 'f64' });
  expect(activate('relu', input).toArray()).toEqual([0, 2]);
  expect(input.toArray()).toEqual([-1, 2]);
  const smooth = activateInPlace('softplus', input).toArray();
  [-1, 2].forEach((u, i) => {
    expect(smooth[i]).toBeCloseTo(Math.log1p(Math.exp(u)), 14);
  });
  expect(input.toArray()).toEqual([-1, 2]);
  expect(activateInPlace('relu', input)).toBe(input);
  expect(input.toArray()).toEqual([0, 2]);
});

it('names are prefixed, in order', () => {
  const [a, b] = [tensor([1]), tensor([2])];
  const joined = joinNamed({ conv1: new Map([['weight', a]]), bn1: new Map([['bias', b]]) });
  expect([...joined]).toEqual([
    ['conv1.weight', a],
    ['bn1.bias', b],
  ]);
});
