/**
 * Bottlenecks of He et al. 2016 (arXiv:1603.05027): 1 x 1 down, 3 x 3 with stride, 1 x 1 up, each after norm and
 * activation; no activation after the sum.
 */
import { BatchNorm, Conv2d, normalisedConv } from '../../nn/index.ts';
import { scope } from '../../tensor/index.ts';
import { type Branch, type BranchOptions, layersOf } from './branch.ts';

/** f = conv3 s bn3 conv2 s bn2 conv1 s bn1. */
export function preBottleneck(options: BranchOptions): Branch {
  const { inChannels, innerChannels, outChannels, stride, groups } = options;
  const { activation, generator, placement } = options;
  const inner = { inChannels: innerChannels, outChannels: innerChannels };
  const bn1 = new BatchNorm(inChannels, placement);
  const conv1 = new Conv2d({ ...inner, inChannels, kernel: 1 }, generator, placement);
  const bn2 = new BatchNorm(innerChannels, placement);
  const conv2 = new Conv2d({ ...inner, kernel: 3, stride, groups }, generator, placement);
  const bn3 = new BatchNorm(innerChannels, placement);
  const conv3 = new Conv2d({ ...inner, outChannels, kernel: 1 }, generator, placement);
  return {
    ...layersOf({ bn1, conv1, bn2, conv2, bn3, conv3 }),
    inMode: (mode) => ({
      overwritable: true,
      velocity: (state, h) =>
        scope(() => {
          const wide = bn1.forward(state, mode, { activation });
          const narrow = normalisedConv(conv1, bn2, wide, mode, { activation });
          return conv3.forward(normalisedConv(conv2, bn3, narrow, mode, { activation }), { factor: h });
        }),
    }),
  };
}
