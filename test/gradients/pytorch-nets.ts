/** Runs a net here and in PyTorch on the same numbers, and measures the differences. */
import { expect } from 'vitest';
import { type Architecture, CifarResNet } from '../../src/models/index.ts';
import { planOf } from '../../src/models/plan.ts';
import { type Activation, crossEntropy } from '../../src/nn/index.ts';
import { Generator, grad, keep, noGrad, ops, scope, type Tensor } from '../../src/tensor/index.ts';
import type { Numbers, PeerResult, PeerTask, PytorchPeer } from '../peers/pytorch.ts';
import {
  drawnCoordinates,
  makeLabels,
  moveNorms,
  type NetCase,
  scheduleOf,
  setCoordinates,
  Worst,
} from './nets.ts';

export interface Kind {
  readonly architecture: Architecture;
  readonly activation: Activation;
  readonly dtype: 'f32' | 'f64';
  readonly batch: number;
  readonly side: number;
  /** Default: the gradients too. */
  readonly forwardOnly?: boolean;
}

export interface Prepared {
  readonly name: string;
  readonly model: CifarResNet;
  readonly images: Tensor;
  readonly labels: Tensor;
  readonly task: PeerTask;
}

/** The net as cifar_resnet.py builds it. */
export function peerNet(
  net: Architecture & { readonly inChannels: number; readonly classes: number },
  rest: { readonly activation: Activation; readonly scheme: string; readonly pinned: boolean },
): PeerTask['net'] {
  const { depth, variant = 'post', block = 'basic', groups, inChannels, classes } = net;
  const { shortcut = block === 'basic' ? 'option-a' : 'option-b' } = net;
  return {
    ...{ depth, variant, block, shortcut, groups: groups ?? null, width: planOf(net).width },
    ...{ inChannels, classes, ...rest },
  };
}

/**
 * A net away from initialisation: perturbed norms, random coordinates, and values representable in f32 for either
 * dtype.
 */
export function prepare(name: string, one: NetCase, kind: Kind): Prepared {
  const { architecture, activation, dtype, batch, forwardOnly = false } = kind;
  const net = { ...architecture, activation, inChannels: 3, classes: 10 };
  const model = new CifarResNet({ ...net, dtype, schedule: scheduleOf(one) }, new Generator(3));
  moveNorms(model, 4);
  setCoordinates(model, drawnCoordinates(model, one, 6));
  const images = drawImages(kind, 8);
  const labels = Array.from({ length: batch }, (_, i) => (7 * i) % 10);
  const task: PeerTask = {
    dtype,
    labels,
    net: peerNet(net, { activation, scheme: one.scheme, pinned: one.pinned }),
    smoothing: one.smoothing,
    forwardOnly,
    tensors: new Map([...model.parameters, ...model.buffers, ['images', images]]),
  };
  return { name, model, images, labels: makeLabels(labels), task };
}

function drawImages({ batch, side, dtype }: Kind, seed: number): Tensor {
  return keep(ops.toDtype(new Generator(seed).normal([batch, 3, side, side]), dtype));
}

/** Frees a net before the next one is created. */
export function release({ model, images, labels }: Prepared): void {
  for (const one of [...model.parameters.values(), ...model.buffers.values(), images, labels]) one.dispose();
}

/** Relative errors against PyTorch. */
export interface Compared {
  readonly name: string;
  readonly loss: number;
  /** Errors of the logits, in training and evaluation mode. */
  readonly outputs: ReadonlyMap<string, number>;
  /** Error of the whole gradient, in the Euclidean norm. */
  readonly gradient: number;
  /** Error of the gradient of each tensor. */
  readonly tensors: ReadonlyMap<string, number>;
}

/**
 * The outputs of a net here: logits in training mode, logits in evaluation mode after one update of the
 * statistics, loss and gradients.
 */
export function evaluate({ model, images, labels, task }: Prepared): PeerResult {
  const parameters = task.forwardOnly ? [] : [...model.parameters];
  return scope(() => {
    const training = model.forward(images, { training: true });
    const loss = crossEntropy(training, labels, task.smoothing);
    const gradients = task.forwardOnly
      ? []
      : grad(
          loss,
          parameters.map(([, parameter]) => parameter),
        );
    const evaluation = noGrad(() => model.forward(images, { training: false }));
    const numbers = (one: Tensor): Numbers => one.toTypedArray() as Numbers;
    return {
      losses: [loss.item()],
      outputs: new Map([
        ['training', numbers(training)],
        ['evaluation', numbers(evaluation)],
      ]),
      tensors: new Map(
        parameters.map(([name], i) => {
          const values = numbers(gradients[i]!);
          gradients[i]!.dispose();
          return [name, values];
        }),
      ),
    };
  });
}

/** Largest difference divided by the largest number, and sums of squares of both; propagates NaN. */
function distance(
  actual: Numbers,
  expected: Numbers,
): { relative: number; difference: number; norm: number } {
  expect(actual.length).toBe(expected.length);
  let [furthest, largest, difference, norm] = [0, 0, 0, 0];
  for (let k = 0; k < expected.length; k++) {
    const [value, gap] = [Math.abs(expected[k]!), Math.abs(actual[k]! - expected[k]!)];
    furthest = Math.max(furthest, gap);
    largest = Math.max(largest, value);
    difference += gap * gap;
    norm += value * value;
  }
  return { relative: furthest === 0 ? 0 : furthest / largest, difference, norm };
}

export function compare(name: string, actual: PeerResult, expected: PeerResult): Compared {
  const distances = (part: 'outputs' | 'tensors'): [string, ReturnType<typeof distance>][] => {
    expect([...actual[part].keys()].sort()).toEqual([...expected[part].keys()].sort());
    return [...expected[part]].map(([key, values]) => [key, distance(actual[part].get(key)!, values)]);
  };
  const relative = (all: ReturnType<typeof distances>): Map<string, number> =>
    new Map(all.map(([key, one]) => [key, one.relative]));
  const tensors = distances('tensors');
  const total = (of: 'difference' | 'norm'): number => tensors.reduce((sum, [, one]) => sum + one[of], 0);
  return {
    name,
    loss: Math.abs(actual.losses[0]! / expected.losses[0]! - 1),
    outputs: relative(distances('outputs')),
    gradient: Math.sqrt(total('difference') / total('norm')),
    tensors: relative(tensors),
  };
}

/** Compares each net with PyTorch's. */
export async function compareAll(nets: readonly Prepared[], pytorch: PytorchPeer): Promise<Compared[]> {
  const results = await pytorch.run(nets.map(({ task }) => task));
  return nets.map((net, i) => compare(net.name, evaluate(net), results[i]!));
}

/** The worst of the errors in loss, outputs and tensor gradients. */
export function worstOf(compared: readonly Compared[]): Worst {
  const worst = new Worst();
  for (const { name, loss, outputs, tensors } of compared) {
    worst.add(`${name}: loss`, loss);
    for (const [part, error] of outputs) worst.add(`${name}: ${part} logits`, error);
    for (const [parameter, error] of tensors) worst.add(`${name}: ${parameter}`, error);
  }
  return worst;
}

/** The kind of a tensor (norm, weight, coordinate): tensors of one kind have similar rounding errors. */
const kindOf = (parameter: string): string => parameter.split('.').at(-1)!;

/**
 * The largest rounding error of each kind of tensor: of f32 results against f64 on the same numbers. Tensors of
 * one kind share it, since a few numbers such as tau may be exact by chance.
 */
export function roundingOf(compared: readonly Compared[]): ReadonlyMap<string, number> {
  const rounding = new Map<string, number>();
  for (const { tensors } of compared)
    for (const [parameter, error] of tensors) {
      const kind = kindOf(parameter);
      rounding.set(kind, Math.max(error, rounding.get(kind) ?? 0));
    }
  return rounding;
}

/** The errors of tensors divided by their tolerance: `bound`, or `factor` times the rounding error of their kind. */
export function excessOf(
  compared: readonly Compared[],
  bound: number,
  factor: number,
  rounding: ReadonlyMap<string, number>,
): Worst {
  const excess = new Worst();
  for (const { name, tensors } of compared)
    for (const [parameter, error] of tensors)
      excess.add(`${name}: ${parameter}`, error / Math.max(bound, factor * rounding.get(kindOf(parameter))!));
  return excess;
}
