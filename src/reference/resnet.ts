import { addScaled, chain, sizeOf, type DenseArray, type Differentiable, type Evaluated } from './array.ts';
import { averagePool } from './average-pool.ts';
import { updateRunningStatistics, type BatchStatistics } from './batch-norm.ts';
import type { Block } from './block.ts';
import { crossEntropy } from './cross-entropy.ts';
import { namedLayers, type NamedLayers } from './named-layers.ts';
import { projections } from './projections.ts';
import {
  parameterShapes,
  projectionNames,
  stagesOf,
  type ResNetSpec,
  type StageSpec,
} from './resnet-spec.ts';
import type { ScheduleParameters } from './schedule.ts';
import { runStage } from './schemes.ts';
import { shortcutA } from './shortcut.ts';

export interface LossOptions {
  readonly labelSmoothing?: number;
  /** Running statistics by `<layer>.running_mean` and `.running_var`; if given, batch norm is in evaluation mode. */
  readonly buffers?: ReadonlyMap<string, Float64Array>;
}

/** The result of {@link lossAndGradient}. */
export interface LossAndGradient {
  readonly loss: number;
  /** [N, classes]. */
  readonly logits: DenseArray;
  /** dE/d(parameter) for every name in {@link parameterShapes}. */
  readonly gradients: Map<string, Float64Array>;
  /** Statistics by batch-norm layer (`layer1.0.bn1`); empty in evaluation mode. */
  readonly batchStatistics: Map<string, BatchStatistics>;
}

/**
 * The loss of a ResNet on one batch, and its gradient by a hand-written chain of pull-backs.
 *
 * - Post-activation: conv1, bn1, s, stages with P = s and f = bn2 conv2 s bn1 conv1, transitions P(shortcut(X) +
 *   f(X)).
 * - Pre-activation: conv1, stages with P = identity and f = conv2 s bn2 conv1 s bn1, transitions shortcut(X) +
 *   f(X); bn, s.
 *
 * Both end with global average pooling, linear, softmax cross-entropy (mean over the batch).
 * @param images [N, inChannels, H, W]
 * @param labels N class numbers
 * @throws RangeError for a parameter that is missing or has the wrong length
 */
export function lossAndGradient(
  spec: ResNetSpec,
  parameters: ReadonlyMap<string, Float64Array>,
  images: DenseArray,
  labels: ArrayLike<number>,
  options: LossOptions = {},
): LossAndGradient {
  const { network, gradients, batchStatistics } = forward(spec, parameters, images, options.buffers);
  const { loss, backward } = crossEntropy(network.value, labels, options.labelSmoothing);
  network.backward(backward());
  return { loss, logits: network.value, gradients, batchStatistics };
}

/** The loss of {@link lossAndGradient}, without the backward pass. */
export function networkLoss(
  spec: ResNetSpec,
  parameters: ReadonlyMap<string, Float64Array>,
  images: DenseArray,
  labels: ArrayLike<number>,
  options: LossOptions = {},
): number {
  const { network } = forward(spec, parameters, images, options.buffers);
  return crossEntropy(network.value, labels, options.labelSmoothing).loss;
}

/** The logits [N, classes] in evaluation mode: batch norm uses the running statistics in `buffers`. */
export function evaluate(
  spec: ResNetSpec,
  parameters: ReadonlyMap<string, Float64Array>,
  buffers: ReadonlyMap<string, Float64Array>,
  images: DenseArray,
): DenseArray {
  return forward(spec, parameters, images, buffers).network.value;
}

/**
 * Blends the statistics of a batch into `<layer>.running_mean` and `.running_var`, in place.
 * @throws RangeError for a missing buffer
 */
export function updateBuffers(
  buffers: ReadonlyMap<string, Float64Array>,
  batchStatistics: ReadonlyMap<string, BatchStatistics>,
  momentum?: number,
): void {
  for (const [layer, batch] of batchStatistics) {
    const mean = buffers.get(`${layer}.running_mean`);
    const variance = buffers.get(`${layer}.running_var`);
    if (mean === undefined || variance === undefined)
      throw new RangeError(`the running statistics of ${layer} are missing`);
    updateRunningStatistics({ mean, variance }, batch, momentum);
  }
}

function forward(
  spec: ResNetSpec,
  parameters: ReadonlyMap<string, Float64Array>,
  images: DenseArray,
  buffers: ReadonlyMap<string, Float64Array> | undefined,
): {
  network: Evaluated;
  gradients: Map<string, Float64Array>;
  batchStatistics: Map<string, BatchStatistics>;
} {
  const shapes = parameterShapes(spec);
  const gradients = new Map<string, Float64Array>();
  for (const [name, shape] of shapes) gradients.set(name, new Float64Array(sizeOf(shape)));
  const batchStatistics = new Map<string, BatchStatistics>();
  const layers = namedLayers({ parameters, shapes, gradients, statistics: batchStatistics, buffers });
  return { network: chain(images, networkOf(spec, layers)), gradients, batchStatistics };
}

function networkOf(spec: ResNetSpec, layers: NamedLayers): Differentiable[] {
  const act = layers.activation(spec.activation);
  const stages = stagesOf(spec).flatMap((stage) => [
    ...(stage.transition === undefined ? [] : [transition(spec, layers, stage, stage.transition)]),
    particles(spec, layers, stage),
  ]);
  return [
    layers.conv('conv1', { padding: 1 }),
    ...(spec.order === 'post' ? [layers.batchNorm('bn1'), act] : []),
    ...stages,
    ...(spec.order === 'pre' ? [layers.batchNorm('bn'), act] : []),
    averagePool,
    layers.linear('linear'),
  ];
}

/** The branch f of one basic block. */
function branch(spec: ResNetSpec, layers: NamedLayers, name: string, stride: number): Block {
  const act = layers.activation(spec.activation);
  const conv1 = layers.conv(`${name}.conv1`, { stride, padding: 1 });
  const conv2 = layers.conv(`${name}.conv2`, { padding: 1 });
  const bn1 = layers.batchNorm(`${name}.bn1`);
  const bn2 = layers.batchNorm(`${name}.bn2`);
  const functions =
    spec.order === 'post' ? [conv1, bn1, act, conv2, bn2] : [bn1, act, conv1, bn2, act, conv2];
  return { forward: (state) => chain(state, functions) };
}

function projectionOf(spec: ResNetSpec): Differentiable {
  return projections[spec.order === 'post' ? spec.activation : 'identity'];
}

/** The fixed first block of stages 2 and 3: P(shortcut(X) + f(X)). */
function transition(spec: ResNetSpec, layers: NamedLayers, stage: StageSpec, name: string): Differentiable {
  const block = branch(spec, layers, name, 2);
  const past = shortcutOf(spec, layers, stage, name);
  return (x) => {
    const shortcut = past(x);
    const f = block.forward(x);
    const projected = projectionOf(spec)(addScaled(shortcut.value, 1, f.value));
    return {
      value: projected.value,
      backward(cotangent) {
        const p = projected.backward(cotangent);
        return addScaled(shortcut.backward(p), 1, f.backward(p));
      },
    };
  };
}

/** The shortcut path of a transition. */
function shortcutOf(spec: ResNetSpec, layers: NamedLayers, stage: StageSpec, name: string): Differentiable {
  if (spec.shortcut !== 'option-b') return (x) => shortcutA(x, stage.channels);
  const { conv, norm } = projectionNames(spec, name);
  const functions = [
    layers.conv(conv, { stride: 2 }),
    ...(norm === undefined ? [] : [layers.batchNorm(norm)]),
  ];
  return (x) => chain(x, functions);
}

/** The exchangeable blocks of a stage under the network's scheme. */
function particles(spec: ResNetSpec, layers: NamedLayers, stage: StageSpec): Differentiable {
  const blocks = stage.particles.map((name) => branch(spec, layers, name, 1));
  return (x) => {
    const run = runStage(spec.scheme, blocks, projectionOf(spec), scheduleOf(spec, layers, stage), x, {
      pinnedLast: spec.pinned ?? false,
      horizon: stage.horizon,
    });
    return {
      value: run.value,
      backward(cotangent) {
        const { state, schedule } = run.backward(cotangent);
        for (const [key, gradient] of Object.entries(schedule) as [string, Float64Array][])
          layers.accumulate(`${stage.name}.${key}`, gradient);
        return state;
      },
    };
  };
}

function scheduleOf(spec: ResNetSpec, layers: NamedLayers, { name }: StageSpec): ScheduleParameters {
  switch (spec.scheme) {
    case 'vanilla':
      return {};
    case 'mean-field':
    case 'no-reorder':
      return { tau: layers.values(`${name}.tau`) };
    case 'intervals':
      return { tau: layers.values(`${name}.tau`), tauEnd: layers.values(`${name}.tauEnd`) };
    case 'learned-step':
      return { step: layers.values(`${name}.step`) };
  }
}
