/** Shortcuts of transitions, where resolution or width change. */
import { BatchNorm, Conv2d, type Layer, type Mode, normalisedConv } from '../nn/index.ts';
import { ops, scope, type Tensor } from '../tensor/index.ts';
import { type BlockSizes, type Common, layersOf } from './blocks/branch.ts';

/** Parameter names are relative to the block: `downsample.0.weight`. */
export interface Shortcut extends Layer {
  /** [B, inChannels, H, W] -> [B, outChannels, ceil(H / stride), ceil(W / stride)] */
  apply(state: Tensor, mode: Mode): Tensor;
}

export type ShortcutOptions = BlockSizes & Common;

/**
 * Option A of He et al. 2015 for stride 2: keeps every second pixel and pads the new channels with zeros, half on
 * each side. No weights.
 *
 * @param state - [B, C, H, W]
 * @returns [B, outChannels, ceil(H/2), ceil(W/2)]
 */
export function subsampleAndPad(state: Tensor, outChannels: number): Tensor {
  return scope(() => {
    const [, inChannels = 0] = state.shape;
    const rows = ops.sliceDim(state, 2, null, null, 2);
    const half = ops.sliceDim(rows, 3, null, null, 2);
    const before = Math.floor((outChannels - inChannels) / 2);
    return ops.constantPadNd(half, [0, 0, 0, 0, before, outChannels - inChannels - before]);
  });
}

/** {@link subsampleAndPad} as a layer without parameters. */
export function paddedShortcut({ outChannels }: ShortcutOptions): Shortcut {
  return { ...layersOf({}), apply: (state) => subsampleAndPad(state, outChannels) };
}

/** A 1 x 1 convolution of the raw state, `downsample.0`, as in PyTorch's CIFAR pre-activation nets. */
export function convShortcut(options: ShortcutOptions): Shortcut {
  const conv = projection(options);
  return { ...layersOf({ 'downsample.0': conv }), apply: (state) => conv.forward(state) };
}

/** Option B of He et al. 2015: a 1 x 1 convolution and a batch norm, `shortcut.0` and `shortcut.1`. */
export function normalisedShortcut(options: ShortcutOptions): Shortcut {
  const conv = projection(options);
  const norm = new BatchNorm(options.outChannels, options.placement);
  return {
    ...layersOf({ 'shortcut.0': conv, 'shortcut.1': norm }),
    apply: (state, mode) => normalisedConv(conv, norm, state, mode),
  };
}

function projection({ inChannels, outChannels, stride, generator, placement }: ShortcutOptions): Conv2d {
  return new Conv2d({ inChannels, outChannels, kernel: 1, stride }, generator, placement);
}
