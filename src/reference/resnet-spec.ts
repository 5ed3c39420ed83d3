import { initialSchedule, type SchemeName } from './schedule.ts';

/** A CIFAR ResNet of basic blocks (He et al. 2015 post-activation, He et al. 2016 pre-activation) under a scheme. */
export interface ResNetSpec {
  /** 6 n + 2 with n >= 1 blocks in each of three stages. */
  readonly depth: number;
  /** Channels of the first stage, doubled twice. Default: 16. */
  readonly width?: number;
  readonly inChannels: number;
  readonly classes: number;
  readonly order: 'post' | 'pre';
  readonly activation: 'relu' | 'softplus';
  /**
   * Shortcut of transitions: without weights, or a 1 x 1 convolution (with batch norm in `post`). Default:
   * `option-a`.
   */
  readonly shortcut?: 'option-a' | 'option-b';
  readonly scheme: SchemeName;
  /** Fixes the end of depth: the last tau (`mean-field`, `no-reorder`) or the horizon (`intervals`). */
  readonly pinned?: boolean;
  /** The end of depth of pinned `intervals`. Default: the number of particles in the stage. */
  readonly horizon?: number;
}

/** One of the three stages. */
export interface StageSpec {
  /** `layer1` .. `layer3`. */
  readonly name: string;
  readonly inChannels: number;
  readonly channels: number;
  /** The fixed block that halves the image and doubles the channels; undefined in stage 1. */
  readonly transition: string | undefined;
  /** The names of the exchangeable blocks, by creation index. */
  readonly particles: readonly string[];
  readonly horizon: number;
}

/**
 * The stages of a network: all n blocks of stage 1 are particles; in stages 2 and 3, all but the first.
 * @throws RangeError unless depth is 6 n + 2 with n >= 1
 */
export function stagesOf(spec: ResNetSpec): StageSpec[] {
  const blocks = (spec.depth - 2) / 6;
  if (!Number.isInteger(blocks) || blocks < 1)
    throw new RangeError(`a CIFAR ResNet of basic blocks has depth 6 n + 2 with n >= 1, got ${spec.depth}`);
  const width = spec.width ?? 16;
  return [1, 2, 3].map((stage) => {
    const name = `layer${stage}`;
    const names = Array.from({ length: blocks }, (_, i) => `${name}.${i}`);
    const particles = stage === 1 ? names : names.slice(1);
    const channels = width * 2 ** (stage - 1);
    return {
      name,
      inChannels: stage === 1 ? channels : channels / 2,
      channels,
      transition: stage === 1 ? undefined : names[0],
      particles,
      horizon: spec.pinned ? (spec.horizon ?? particles.length) : Infinity,
    };
  });
}

/** The names and shapes of all parameters, in network order; the schedule follows its stage. */
export function parameterShapes(spec: ResNetSpec): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const batchNorm = (name: string, channels: number): void => {
    shapes.set(`${name}.weight`, [channels]).set(`${name}.bias`, [channels]);
  };
  const width = spec.width ?? 16;
  shapes.set('conv1.weight', [width, spec.inChannels, 3, 3]);
  if (spec.order === 'post') batchNorm('bn1', width);
  const stages = stagesOf(spec);
  for (const stage of stages) {
    const { channels, transition, particles } = stage;
    for (const name of transition === undefined ? particles : [transition, ...particles]) {
      const inChannels = name === transition ? stage.inChannels : channels;
      const conv1: readonly number[] = [channels, inChannels, 3, 3];
      if (spec.order === 'pre') batchNorm(`${name}.bn1`, inChannels);
      shapes.set(`${name}.conv1.weight`, conv1);
      batchNorm(`${name}.${spec.order === 'pre' ? 'bn2' : 'bn1'}`, channels);
      shapes.set(`${name}.conv2.weight`, [channels, channels, 3, 3]);
      if (spec.order === 'post') batchNorm(`${name}.bn2`, channels);
      if (name !== transition || spec.shortcut !== 'option-b') continue;
      const { conv, norm } = projectionNames(spec, name);
      shapes.set(`${conv}.weight`, [channels, inChannels, 1, 1]);
      if (norm !== undefined) batchNorm(norm, channels);
    }
    for (const key of Object.keys(initialSchedule(spec.scheme, particles.length)))
      shapes.set(`${stage.name}.${key}`, [particles.length]);
  }
  const features = width * 4;
  if (spec.order === 'pre') batchNorm('bn', features);
  return shapes.set('linear.weight', [spec.classes, features]).set('linear.bias', [spec.classes]);
}

/** The layers of a block's option B shortcut. */
export function projectionNames(
  { order }: Pick<ResNetSpec, 'order'>,
  block: string,
): { conv: string; norm: string | undefined } {
  return order === 'post'
    ? { conv: `${block}.shortcut.0`, norm: `${block}.shortcut.1` }
    : { conv: `${block}.downsample.0`, norm: undefined };
}

/** The batch-norm layers of a network and their channel counts. */
export function batchNormLayers(spec: ResNetSpec): Map<string, number> {
  const layers = new Map<string, number>();
  for (const [name, shape] of parameterShapes(spec)) {
    const layer = /^(.*\b(?:bn\d?|shortcut\.1))\.weight$/.exec(name)?.[1];
    if (layer !== undefined) layers.set(layer, shape[0] ?? 0);
  }
  return layers;
}

/** Initial buffers: `<layer>.running_mean` zeros, `<layer>.running_var` ones. */
export function initialBuffers(spec: ResNetSpec): Map<string, Float64Array> {
  const buffers = new Map<string, Float64Array>();
  for (const [layer, channels] of batchNormLayers(spec)) {
    buffers.set(`${layer}.running_mean`, new Float64Array(channels));
    buffers.set(`${layer}.running_var`, new Float64Array(channels).fill(1));
  }
  return buffers;
}

/**
 * Initial parameters: convolutions and the last layer normal with variance 2 / fan-in (He et al. 2015), batch-norm
 * weights 1, all biases 0, and the schedule for which every scheme equals `vanilla`.
 * @param normal returns standard normal numbers
 */
export function initialParameters(spec: ResNetSpec, normal: () => number): Map<string, Float64Array> {
  const parameters = new Map<string, Float64Array>();
  for (const [name, shape] of parameterShapes(spec)) {
    const [first = 0, ...rest] = shape;
    const fanIn = rest.reduce((product, size) => product * size, 1);
    const values = new Float64Array(first * fanIn);
    if (rest.length > 0)
      parameters.set(
        name,
        values.map(() => Math.sqrt(2 / fanIn) * normal()),
      );
    else parameters.set(name, name.endsWith('.weight') ? values.fill(1) : values);
  }
  for (const { name, particles } of stagesOf(spec))
    for (const [key, values] of Object.entries(initialSchedule(spec.scheme, particles.length)))
      parameters.set(`${name}.${key}`, values as Float64Array);
  return parameters;
}
