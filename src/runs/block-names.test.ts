import { expect, it } from 'vitest';
import { blockTensor } from './index.ts';

it('a tensor name yields the stage, the block number, and the name inside the block', () => {
  expect(blockTensor('layer2.10.conv1.weight')).toEqual({ stage: 'layer2', block: 10, part: 'conv1.weight' });
  expect(blockTensor('layer3.0.particle')).toEqual({ stage: 'layer3', block: 0, part: 'particle' });
});

it.each(['layer2.tau', 'linear.bias', 'conv1.weight', 'module.layer1.0.bn1.weight', 'layer1.x.conv1.weight'])(
  '%s is not part of a block',
  (name) => {
    expect(blockTensor(name)).toBeUndefined();
  },
);
