/**
 * Exports a trained net as the tensors of a plain ResNet: blocks in the order of depth, with published nets' names,
 * and step sizes folded into the weights. The last layer of a block is a batch norm (post-activation) or a
 * convolution (pre-activation). Both are linear in their parameters, so h f(X) is f(X) with those parameters times h,
 * in evaluation and in training.
 */
import { checkNeededOptions, checkOneOf } from '../check.ts';
import { UsageError } from '../errors.ts';
import type { StoredTensor } from '../io/index.ts';
import type { ScheduleSnapshot } from '../mean-field/index.ts';
import { batchCounter, type CifarResNet, type KeyStyle, keyStyles, nameInStyle } from '../models/index.ts';
import { blockTensor } from '../runs/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { store } from './stored.ts';
import { checkNet } from './check-net.ts';

export interface ExportOptions {
  readonly style: KeyStyle;
  /** True: fold the step sizes into the weights. False: weights as trained, with positions beside them. */
  readonly fold: boolean;
}

export interface ExportedWeights {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Order, step sizes and positions of each stage, as text. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether every step size is 1, so that nothing had to be folded. */
  readonly unitSteps: boolean;
}

/** The exported name of a block, and the factor of its last layer. */
interface Destination {
  readonly name: string;
  readonly step: number;
}

/**
 * The weights of a net under the parameter names of PyTorch nets; with `fold`, step sizes are multiplied into the last
 * layer of each block, so that a plain ResNet computes the same outputs.
 *
 * @example
 * const { learner } = loadTrained('runs/NAME');
 * const { tensors } = exportWeights(learner.model, { style: 'torchvision', fold: true });
 *
 * @throws UsageError if `fold` is set and intervals overlap: no plain ResNet computes the same outputs
 */
export function exportWeights(net: CifarResNet, options: ExportOptions): ExportedWeights {
  checkNet(net);
  checkNeededOptions('exportWeights', options, { style: true, fold: true });
  const { style, fold } = options;
  checkOneOf('key style', style, keyStyles);
  if (style === 'preresnet' && net.parameters.has('bn1.weight'))
    throw new UsageError('--key-style preresnet is for pre-activation nets; this one is post-activation');
  if (fold && net.hasOwnBlocks)
    throw new UsageError(
      'an own block is not a block of a plain ResNet: export to safetensors or torch with --no-fold-steps',
    );
  const tensors = new Map<string, StoredTensor>();
  const metadata: Record<string, string> = {};
  const destinations = new Map<string, Destination>();
  let unitSteps = true;
  for (const [stage, { schedule, particles }] of net.stages) {
    const snapshot = schedule.snapshot();
    if (fold) checkApart(stage, snapshot);
    if (snapshot.steps.some((step) => step !== 1)) unitSteps = false;
    const first = blocksOf(net, stage) - particles;
    snapshot.order.forEach((particle, k) => {
      destinations.set(`${stage}.${first + particle}`, {
        name: `${stage}.${first + k}`,
        step: fold ? snapshot.steps[k]! : 1,
      });
      if (fold) return;
      for (const [name, stored] of coordinatesOf(schedule.parameters, particle))
        tensors.set(`${stage}.${first + k}.${name}`, stored);
    });
    for (const [key, values] of Object.entries(snapshot))
      metadata[`${stage}.${key}`] = JSON.stringify(values);
  }
  for (const [name, stored] of atDestinations(net, destinations))
    tensors.set(nameInStyle(name, style), stored);
  return { tensors, metadata, unitSteps };
}

/** Number of blocks of a stage, including the transition. */
function blocksOf(net: CifarResNet, stage: string): number {
  const indices = [...net.parameters.keys()].flatMap((name) => {
    const [first, index, ...rest] = name.split('.');
    return first === stage && rest.length > 0 ? [index] : [];
  });
  return new Set(indices).size;
}

/** @throws UsageError if two blocks act at the same time */
function checkApart(stage: string, { order, steps, tau, tauEnd }: ScheduleSnapshot): void {
  if (!tau || !tauEnd) return;
  let end = 0;
  order.forEach((particle, k) => {
    if (!(steps[k]! > 0)) return;
    if (tau[particle]! < end)
      throw new UsageError(
        `intervals of ${stage} overlap: a plain ResNet, which applies one block after another, cannot produce these outputs; export as ONNX, or as safetensors with --no-fold-steps`,
      );
    end = Math.min(tauEnd[particle]!, tau[particle]! + steps[k]!);
  });
}

/** The index and coordinates of one particle, as scalars. */
function coordinatesOf(
  coordinates: ReadonlyMap<string, Tensor>,
  particle: number,
): Map<string, StoredTensor> {
  const scalars = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, data }] of store(coordinates)) {
    const width = data.byteLength / shape[0]!;
    scalars.set(name, { dtype, shape: [], data: data.slice(particle * width, (particle + 1) * width) });
  }
  if (scalars.size > 0) scalars.set('particle', integer(particle));
  return scalars;
}

const integer = (value: number): StoredTensor => ({
  dtype: 'I64',
  shape: [],
  data: new Uint8Array(BigInt64Array.of(BigInt(value)).buffer),
});

/** `layer1.0` of `layer1.0.conv1.weight`; empty for a tensor outside blocks. */
function blockOf(name: string): string {
  const place = blockTensor(name);
  return place ? `${place.stage}.${place.block}` : '';
}

/** Weights and statistics under their exported names, with the counters that PyTorch's batch norm expects. */
function atDestinations(
  net: CifarResNet,
  destinations: ReadonlyMap<string, Destination>,
): Map<string, StoredTensor> {
  const coordinates = new Set(
    [...net.stages.values()].flatMap(({ schedule }) => [...schedule.parameters.values()]),
  );
  const weights = new Map([...net.parameters].filter(([, one]) => !coordinates.has(one)));
  const last = lastLayers(weights.keys());
  const result = new Map<string, StoredTensor>();
  for (const [name, stored] of store(new Map([...weights, ...net.buffers]))) {
    const block = blockOf(name);
    const destination = destinations.get(block);
    const to = destination ? `${destination.name}${name.slice(block.length)}` : name;
    const folded = destination && weights.has(name) && name.startsWith(`${last.get(block)!}.`);
    result.set(to, folded ? times(stored, destination.step) : stored);
    if (to.endsWith('.running_var')) result.set(to.replace(/running_var$/, batchCounter), integer(0));
  }
  return result;
}

/** The last layer of each block; names list the layers of a branch in order. */
function lastLayers(names: Iterable<string>): Map<string, string> {
  const last = new Map<string, string>();
  for (const name of names) {
    const layer = /^(conv|bn)\d+/.exec(blockTensor(name)?.part ?? '')?.[0];
    if (layer !== undefined) last.set(blockOf(name), `${blockOf(name)}.${layer}`);
  }
  return last;
}

/** h times an f32 or f64 tensor, rounded once. */
function times({ dtype, shape, data }: StoredTensor, h: number): StoredTensor {
  const { buffer } = new Uint8Array(data);
  const values = dtype === 'F64' ? new Float64Array(buffer) : new Float32Array(buffer);
  return { dtype, shape, data: new Uint8Array(values.map((value) => h * value).buffer) };
}
