/**
 * Basic blocks of CIFAR ResNets, two 3 x 3 convolutions each, as particles: `velocity` is the branch
 * f(X, theta) alone; the step X + h f(X) and the projection belong to the flow.
 */
import { type Block, projectPositive } from '../mean-field/index.ts';
import {
  type Activation,
  BatchNorm,
  Conv2d,
  joinNamed,
  type Layer,
  type Mode,
  type NamedTensors,
  normalisedConv,
  type Placement,
} from '../nn/index.ts';
import { type Generator, scope, type Tensor } from '../tensor/index.ts';

export interface BranchOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: number;
  readonly activation: Activation;
  readonly generator: Generator;
  readonly placement: Placement;
  /** Read at every forward pass, so that one switch serves the whole net. */
  readonly mode: Mode;
}

export interface Branch extends Block, Layer {}

/** He et al. 2015: conv, batch norm, s, conv, batch norm; the activation after the sum is the projection. */
export function postActivationBranch(options: BranchOptions): Branch {
  const { inChannels, outChannels, stride, activation, generator, placement, mode } = options;
  const conv1 = new Conv2d({ inChannels, outChannels, kernel: 3, stride }, generator, placement);
  const bn1 = new BatchNorm(outChannels, placement);
  const conv2 = new Conv2d({ inChannels: outChannels, outChannels, kernel: 3 }, generator, placement);
  const bn2 = new BatchNorm(outChannels, placement);
  const inner = (state: Tensor): Tensor => normalisedConv(conv1, bn1, state, mode, { activation });
  return {
    ...layersOf({ conv1, bn1, conv2, bn2 }),
    overwritable: true,
    velocity: (state, h) => scope(() => normalisedConv(conv2, bn2, inner(state), mode, { factor: h })),
    advance: (state, h, projection) =>
      scope(() => {
        const relu = projection === projectPositive;
        const next = normalisedConv(conv2, bn2, inner(state), mode, {
          factor: h,
          add: state,
          activation: relu ? 'relu' : undefined,
        });
        return relu ? next : projection.apply(next);
      }),
  };
}

/** He et al. 2016: batch norm, s, conv, batch norm, s, conv; nothing after the sum. */
export function preActivationBranch(options: BranchOptions): Branch {
  const { inChannels, outChannels, stride, activation, generator, placement, mode } = options;
  const bn1 = new BatchNorm(inChannels, placement);
  const conv1 = new Conv2d({ inChannels, outChannels, kernel: 3, stride }, generator, placement);
  const bn2 = new BatchNorm(outChannels, placement);
  const conv2 = new Conv2d({ inChannels: outChannels, outChannels, kernel: 3 }, generator, placement);
  return {
    ...layersOf({ bn1, conv1, bn2, conv2 }),
    overwritable: true,
    velocity: (state, h) =>
      scope(() => {
        const input = bn1.forward(state, mode, { activation });
        return conv2.forward(normalisedConv(conv1, bn2, input, mode, { activation }), { factor: h });
      }),
  };
}

function layersOf(layers: Readonly<Record<string, Layer>>): Layer {
  const pick = (part: 'parameters' | 'buffers'): NamedTensors =>
    joinNamed(Object.fromEntries(Object.entries(layers).map(([name, layer]) => [name, layer[part]])));
  return { parameters: pick('parameters'), buffers: pick('buffers') };
}
