import { expect, it } from 'vitest';
import { Generator, grad, ops, scope, type Tensor } from '../../tensor/index.ts';
import { branchFamily } from './branch.ts';

const [channels, hidden, side] = [2, 3, 4];
const convolutions = branchFamily({
  name: 'two convolutions',
  stateShape: [channels, side, side],
  parameters: { in: [hidden, channels, 3, 3], out: [channels, hidden, 3, 3] },
  value: (state, { in: first, out: second }) =>
    ops.conv2d(ops.tanh(ops.conv2d(state, first, null, [1, 1], [1, 1])), second, null, [1, 1], [1, 1]),
});
const d = channels * side * side;
const k = 2 * hidden * channels * 9;

it('a convolutional branch is a family whose velocity is the weighted sum of branches', () => {
  scope(() => {
    const generator = new Generator(1);
    const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
    expect(convolutions.parameterCount(d)).toBe(k);
    const [state, theta, weight] = [normal(5, d), normal(3, k), normal(3)];
    const images = ops.view(state, [5, channels, side, side]);
    const branches = ops.unbind(theta, 0).map((one) => {
      const half = k / 2;
      const first = ops.view(ops.sliceDim(one, 0, 0, half), [hidden, channels, 3, 3]);
      const second = ops.view(ops.sliceDim(one, 0, half, k), [channels, hidden, 3, 3]);
      const inside = ops.tanh(ops.conv2d(images, first, null, [1, 1], [1, 1]));
      return ops.reshape(ops.conv2d(inside, second, null, [1, 1], [1, 1]), [5, d]);
    });
    const expected = ops.sumDim(ops.mul(ops.stack(branches), ops.view(weight, [3, 1, 1])), [0]);
    const actual = convolutions.velocity(state, { theta, weight });
    expect(ops.max(ops.abs(ops.sub(actual, expected))).item()).toBeLessThan(1e-13);
  });
});

it('its pull-back equals that of autograd', () => {
  scope(() => {
    const generator = new Generator(2);
    const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
    const [state, theta] = [normal(2, d).setRequiresGrad(), normal(2, k).setRequiresGrad()];
    const [weight, cotangent] = [normal(2), normal(2, d)];
    const pulled = convolutions.pullback(state, { theta, weight }, cotangent, { state: true, theta: true });
    const output = convolutions.velocity(state, { theta, weight });
    const expected = grad(output, [state, theta], { cotangents: [cotangent] });
    [pulled.state!, pulled.theta!].forEach((x, i) => {
      expect(ops.max(ops.abs(ops.sub(x, expected[i]!))).item()).toBeLessThan(1e-12);
    });
  });
});

it('states of another size are rejected with a one-line message', () => {
  expect(() => convolutions.parameterCount(7)).toThrow(
    'family two convolutions acts on states [2, 4, 4], 32 features, got 7',
  );
});
