import { describe, expect, it } from 'vitest';
import { relativeError } from '../reference/index.ts';
import { enableGrad, Generator, grad, noGrad, ops, tensor, type Tensor } from '../tensor/index.ts';
import { BatchNorm } from './batch-norm.ts';
import { Conv2d } from './conv2d.ts';
import { normalisedConv } from './normalised-conv.ts';

const placement = { dtype: 'f64', device: 'cpu' } as const;

describe.each([true, false])('a convolution with its batch norm, training %s', (training) => {
  it.each([
    [false, undefined],
    [true, undefined],
    [false, 'relu'],
    [true, 'softplus'],
  ] as const)(
    'equals the separate layers (add %s, activation %s), derivatives included',
    (add, activation) => {
      const generator = new Generator(1);
      const image = (channels: number): Tensor =>
        ops.contiguous(generator.normal([4, channels, 6, 5], 'f64'), 'channelsLast');
      const conv = new Conv2d({ inChannels: 3, outChannels: 8, kernel: 3 }, generator, placement);
      const norm = new BatchNorm(8, placement);
      // Non-trivial running moments and weights.
      noGrad(() => {
        norm.forward(ops.addScalar(image(8), 2), { training: true });
        ops.copy_(norm.weight, generator.normal([8], 'f64'));
        ops.copy_(norm.bias, generator.normal([8], 'f64'));
      });
      const [x, other] = [image(3).setRequiresGrad(), image(8).setRequiresGrad()];
      const factor = tensor([0.7], [], { dtype: 'f64' }).setRequiresGrad();
      const leaves = [x, factor, conv.weight, norm.weight, norm.bias, ...(add ? [other] : [])];
      const q = image(8);
      const outcome = (apply: () => Tensor): number[][] => {
        const output = enableGrad(apply);
        return [output, ...grad(output, leaves, { cotangents: [q] })].map((one) => one.toArray());
      };
      const together = outcome(() =>
        normalisedConv(conv, norm, x, { training }, { factor, add: add ? other : undefined, activation }),
      );
      const apart = outcome(() => {
        const normed = norm.forward(conv.forward(x), { training }, { factor });
        const sum = add ? ops.add(normed, other) : normed;
        if (activation === undefined) return sum;
        return activation === 'relu' ? ops.relu(sum) : ops.softplus(sum);
      });
      together.forEach((values, i) => {
        expect(relativeError(values, apart[i]!), String(i)).toBeLessThan(1e-12);
      });
    },
  );
});
