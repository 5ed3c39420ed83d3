/**
 * Two 3 x 3 convolutions. Post-activation (He et al. 2015, arXiv:1512.03385): the projection is the activation after
 * the sum. Pre-activation (He et al. 2016, arXiv:1603.05027): each convolution follows norm and activation, with no
 * activation after the sum.
 */
import { BatchNorm, Conv2d, normalisedConv } from '../../nn/index.ts';
import { scope } from '../../tensor/index.ts';
import { type BlockDefinition, type Branch, type BranchOptions, endInNorm, layersOf } from './branch.ts';

/** f = bn2 conv2 s bn1 conv1. */
function post(options: BranchOptions): Branch {
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

/** f = conv2 s bn2 conv1 s bn1. */
function pre(options: BranchOptions): Branch {
  const { inChannels, outChannels, stride, activation, generator, placement } = options;
  const bn1 = new BatchNorm(inChannels, placement);
  const conv1 = new Conv2d({ inChannels, outChannels, kernel: 3, stride }, generator, placement);
  const bn2 = new BatchNorm(outChannels, placement);
  const conv2 = new Conv2d({ inChannels: outChannels, outChannels, kernel: 3 }, generator, placement);
  return {
    ...layersOf({ bn1, conv1, bn2, conv2 }),
    inMode: (mode) => ({
      overwritable: true,
      velocity: (state, h) =>
        scope(() => {
          const input = bn1.forward(state, mode, { activation });
          return conv2.forward(normalisedConv(conv1, bn2, input, mode, { activation }), { factor: h });
        }),
    }),
  };
}

export const basic: BlockDefinition = {
  layers: 2,
  expansion: 1,
  post,
  pre,
  shortcuts: ['option-a', 'option-b'],
};
