/**
 * The common base of residual blocks. Each block is a particle: its `velocity` is the branch f(X, theta) alone. The
 * flow does the step X + h f(X) and the projection; the stage does the shortcut of a transition.
 */
import type { Block } from '../../mean-field/index.ts';
import {
  type Activation,
  type BatchNorm,
  type Conv2d,
  joinNamed,
  type Layer,
  type Mode,
  type NamedTensors,
  normalisedConv,
  type Placement,
} from '../../nn/index.ts';
import { type Generator, scope, type Tensor } from '../../tensor/index.ts';
import type { ShortcutKind } from '../names.ts';

/** The sizes of one block: [B, inChannels, H, W] -> [B, outChannels, H / stride, W / stride]. */
export interface BlockSizes {
  readonly inChannels: number;
  /** Channels between the convolutions of a bottleneck; basic blocks use `outChannels`. */
  readonly innerChannels: number;
  readonly outChannels: number;
  readonly stride: number;
}

/** Options common to all layers of a net. */
export interface Common {
  readonly activation: Activation;
  readonly generator: Generator;
  readonly placement: Placement;
}

export interface BranchOptions extends BlockSizes, Common {
  /** Groups of a bottleneck's 3 x 3 convolution; 1: ungrouped. */
  readonly groups: number;
}

export interface Branch extends Layer {
  /** f(., theta) in training or evaluation mode. */
  readonly inMode: (mode: Mode) => Block;
}

/** A kind of block: its branch in post- and pre-activation nets, and the numbers that a plan needs. */
export interface BlockDefinition {
  /** Number of convolutions. A net with n blocks per stage has depth 3 * layers * n + 2. */
  readonly layers: number;
  /** Ratio of the channels outside the block to those inside. */
  readonly expansion: number;
  readonly post: (options: BranchOptions) => Branch;
  readonly pre: (options: BranchOptions) => Branch;
  /** The shortcuts of transitions, the default first. */
  readonly shortcuts: readonly ShortcutKind[];
  /** Whether `groups` applies (ResNeXt). */
  readonly grouped?: true;
}

/** Named tensors of several layers: `conv1.weight`, `bn1.weight`, .. in the given order. */
export function layersOf(layers: Readonly<Record<string, Layer>>): Layer {
  const pick = (part: 'parameters' | 'buffers'): NamedTensors =>
    joinNamed(Object.fromEntries(Object.entries(layers).map(([name, layer]) => [name, layer[part]])));
  return { parameters: pick('parameters'), buffers: pick('buffers') };
}

/** The end of a post-activation branch, norm(conv(inner(X))), fused with step size, sum and relu. */
export function endInNorm(
  inner: (state: Tensor, mode: Mode) => Tensor,
  conv: Conv2d,
  norm: BatchNorm,
): (mode: Mode) => Block {
  return (mode) => ({
    overwritable: true,
    velocity: (state, h) => scope(() => normalisedConv(conv, norm, inner(state, mode), mode, { factor: h })),
    advance: (state, h, projection) =>
      scope(() => {
        const { isRelu = false } = projection;
        const next = normalisedConv(conv, norm, inner(state, mode), mode, {
          factor: h,
          add: state,
          activation: isRelu ? 'relu' : undefined,
        });
        return isRelu ? next : projection.apply(next);
      }),
  });
}
