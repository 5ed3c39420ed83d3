/** He et al. 2015 (arXiv:1512.03385): two 3 x 3 convolutions; the projection is the activation after the sum. */
import { BatchNorm, Conv2d, normalisedConv } from '../../nn/index.ts';
import { type Branch, type BranchOptions, endInNorm, layersOf } from './branch.ts';

/** f = bn2 conv2 s bn1 conv1. */
export function postBasic(options: BranchOptions): Branch {
  const { inChannels, outChannels, stride, activation, generator, placement } = options;
  const conv1 = new Conv2d({ inChannels, outChannels, kernel: 3, stride }, generator, placement);
  const bn1 = new BatchNorm(outChannels, placement);
  const conv2 = new Conv2d({ inChannels: outChannels, outChannels, kernel: 3 }, generator, placement);
  const bn2 = new BatchNorm(outChannels, placement);
  return {
    ...layersOf({ conv1, bn1, conv2, bn2 }),
    inMode: endInNorm((state, mode) => normalisedConv(conv1, bn1, state, mode, { activation }), conv2, bn2),
  };
}
