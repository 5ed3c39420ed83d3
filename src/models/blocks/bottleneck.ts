/**
 * 1 x 1 down, 3 x 3 with stride, 1 x 1 up. Post-activation (He et al. 2015, arXiv:1512.03385; grouped as in Xie et
 * al. 2017, arXiv:1611.05431, figure 3c): the projection is the activation after the sum. Pre-activation (He et al.
 * 2016, arXiv:1603.05027): each convolution follows norm and activation, with no activation after the sum.
 */
import { BatchNorm, Conv2d, normalisedConv } from '../../nn/index.ts';
import { scope } from '../../tensor/index.ts';
import { type BlockDefinition, type Branch, type BranchOptions, endInNorm, layersOf } from './branch.ts';

/** f = bn3 conv3 s bn2 conv2 s bn1 conv1. */
function post(options: BranchOptions): Branch {
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

/** f = conv3 s bn3 conv2 s bn2 conv1 s bn1. */
function pre(options: BranchOptions): Branch {
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

export const bottleneck: BlockDefinition = {
  layers: 3,
  expansion: 4,
  post,
  pre,
  shortcuts: ['option-b'],
  grouped: true,
};
