/** He et al. 2016 (arXiv:1603.05027): two 3 x 3 convolutions, each after norm and activation; no activation after the sum. */
import { BatchNorm, Conv2d, normalisedConv } from '../../nn/index.ts';
import { scope } from '../../tensor/index.ts';
import { type Branch, type BranchOptions, layersOf } from './branch.ts';

/** f = conv2 s bn2 conv1 s bn1. */
export function preBasic(options: BranchOptions): Branch {
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
