/**
 * Bottlenecks of He et al. 2015 (arXiv:1512.03385) and, grouped, of Xie et al. 2017 (arXiv:1611.05431, figure 3c): 1
 * x 1 down, 3 x 3 with stride, 1 x 1 up; the projection is the activation after the sum.
 */
import { BatchNorm, Conv2d, normalisedConv } from '../../nn/index.ts';
import { type Branch, type BranchOptions, endInNorm, layersOf } from './branch.ts';

/** f = bn3 conv3 s bn2 conv2 s bn1 conv1. */
export function postBottleneck(options: BranchOptions): Branch {
  const { inChannels, innerChannels, outChannels, stride, groups } = options;
  const { activation, generator, placement } = options;
  const inner = { inChannels: innerChannels, outChannels: innerChannels };
  const conv1 = new Conv2d({ ...inner, inChannels, kernel: 1 }, generator, placement);
  const bn1 = new BatchNorm(innerChannels, placement);
  const conv2 = new Conv2d({ ...inner, kernel: 3, stride, groups }, generator, placement);
  const bn2 = new BatchNorm(innerChannels, placement);
  const conv3 = new Conv2d({ ...inner, outChannels, kernel: 1 }, generator, placement);
  const bn3 = new BatchNorm(outChannels, placement);
  return {
    ...layersOf({ conv1, bn1, conv2, bn2, conv3, bn3 }),
    inMode: endInNorm(
      (state, mode) => {
        const narrow = normalisedConv(conv1, bn1, state, mode, { activation });
        return normalisedConv(conv2, bn2, narrow, mode, { activation });
      },
      conv3,
      bn3,
    ),
  };
}
