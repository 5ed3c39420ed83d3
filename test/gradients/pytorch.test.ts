/** Nets and training against PyTorch, where python3 (or $PYTHON) has it. */
import { describe, expect, it } from 'vitest';
import { CifarResNet } from '../../src/models/index.ts';
import type { Activation } from '../../src/nn/index.ts';
import { relativeError } from '../../src/reference/index.ts';
import { Generator, keep, scope, type Tensor } from '../../src/tensor/index.ts';
import { Learner, type LearnerConfig } from '../../src/train/learner.ts';
import { type PeerResult, type PeerTask, python, runPeer, torchVersion } from '../peers/pytorch.ts';
import {
  genericCoordinates,
  makeLabels,
  moveNorms,
  type NetCase,
  netCases,
  scheduleOf,
  setCoordinates,
  Worst,
} from './nets.ts';

interface Kind {
  readonly activation: Activation;
  readonly dtype: 'f32' | 'f64';
  readonly width: number;
  readonly batch: number;
  readonly side: number;
}

const sgd = { steps: 5, lr: 0.05, momentum: 0.9, weightDecay: 5e-4, tauLrFactor: 0.1 };

function prepare(one: NetCase, { activation, dtype, width, batch, side }: Kind) {
  const net = { depth: 20, width, inChannels: 3, classes: 10, variant: one.variant, activation };
  const model = new CifarResNet({ ...net, dtype, schedule: scheduleOf(one) }, new Generator(3));
  moveNorms(model, 4);
  setCoordinates(model, genericCoordinates(one));
  const images = keep(new Generator(8).normal([batch, 3, side, side], dtype));
  const labels = Array.from({ length: batch }, (_, i) => (7 * i) % 10);
  const config: LearnerConfig = {
    ...sgd,
    opt: 'sgd',
    nesterov: true,
    smoothing: one.smoothing,
    clipGrad: undefined,
    amp: false,
    device: 'cpu',
  };
  const stored = (tensor: Tensor): { shape: readonly number[]; data: Float32Array | Float64Array } => ({
    shape: tensor.shape,
    data: tensor.toTypedArray() as Float32Array | Float64Array,
  });
  const task: PeerTask = {
    dtype,
    labels,
    net: { ...net, scheme: one.scheme, pinned: one.pinned },
    smoothing: one.smoothing,
    tensors: new Map(
      [...model.parameters, ...model.buffers, ['images', images] as const].map(([name, tensor]) => [
        name,
        stored(tensor),
      ]),
    ),
  };
  return { model, learner: new Learner(model, config), images, labels: makeLabels(labels), task };
}

/** The same task on the same numbers in f64. */
const inF64 = (task: PeerTask): PeerTask => ({
  ...task,
  dtype: 'f64',
  tensors: new Map(
    [...task.tensors].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }]),
  ),
});

const version = torchVersion();
const title = version ? `PyTorch ${version}` : `PyTorch: skipped, ${python} has no torch`;

describe.skipIf(version === undefined)(title, { timeout: 300_000 }, () => {
  interface Compared {
    readonly name: string;
    /** Of the loss, and of the whole gradient by its Euclidean norm. */
    readonly loss: number;
    readonly gradient: number;
    /** Of each tensor by itself. */
    readonly tensors: ReadonlyMap<string, number>;
  }
  const compare = (kind: Kind): { compared: Compared[]; tasks: PeerTask[]; results: PeerResult[] } => {
    const nets = netCases.map(([name, one]) => ({ name, ...prepare(one, kind) }));
    const tasks = nets.map(({ task }) => task);
    const results = runPeer(tasks);
    const compared = nets.map(({ name, learner, images, labels }, i) =>
      scope(() => {
        const { loss, gradients } = learner.lossAndGradients(images, labels);
        const peer = results[i]!;
        expect([...gradients.keys()].sort()).toEqual([...peer.tensors.keys()].sort());
        let [difference, norm] = [0, 0];
        const tensors = new Map<string, number>();
        for (const [parameter, gradient] of gradients) {
          const [actual, expected] = [gradient.toArray(), peer.tensors.get(parameter)!];
          tensors.set(parameter, relativeError(actual, expected));
          for (const [k, value] of expected.entries()) {
            difference += (actual[k]! - value) ** 2;
            norm += value ** 2;
          }
        }
        const lossError = Math.abs(loss.item() / peer.losses[0]! - 1);
        return { name, loss: lossError, gradient: Math.sqrt(difference / norm), tensors };
      }),
    );
    return { compared, tasks, results };
  };
  const allErrors = (compared: readonly Compared[]): Worst => {
    const worst = new Worst();
    for (const { name, loss, tensors } of compared) {
      worst.add(`${name}: loss`, loss);
      for (const [parameter, error] of tensors) worst.add(`${name}: ${parameter}`, error);
    }
    return worst;
  };

  // Sums over a batch in f32 cancel. How much is measured on PyTorch itself, against f64 on the same numbers; tensors of
  // one kind share it over all nets, since a few numbers such as tau may be exact by luck.
  it('ResNet20, f32, softplus: loss and gradient agree to 1e-5, every tensor to 1e-5 or 3 times the rounding of PyTorch, under every scheme', () => {
    const kind: Kind = { activation: 'softplus', dtype: 'f32', width: 16, batch: 16, side: 32 };
    const { compared, tasks, results } = compare(kind);
    const exact = runPeer(tasks.map(inF64));
    const [whole, excess, raw] = [new Worst(), new Worst(), new Worst()];
    const kindOf = (parameter: string): string => parameter.split('.').at(-1)!;
    const rounding = new Map<string, number>();
    exact.forEach(({ tensors }, i) => {
      for (const [parameter, values] of tensors) {
        const error = relativeError(results[i]!.tensors.get(parameter)!, values);
        rounding.set(kindOf(parameter), Math.max(error, rounding.get(kindOf(parameter)) ?? 0));
      }
    });
    for (const { name, loss, gradient, tensors } of compared) {
      whole.add(`${name}: loss`, loss);
      whole.add(`${name}: gradient`, gradient);
      for (const [parameter, error] of tensors) {
        raw.add(`${name}: ${parameter}`, error);
        excess.add(`${name}: ${parameter}`, error / Math.max(1e-5, 3 * rounding.get(kindOf(parameter))!));
      }
    }
    whole.expectBelow(1e-5);
    raw.expectBelow(1e-2);
    excess.expectBelow(1);
  });

  // Of millions of relus in f32 a few lie so near to 0 that rounding decides their side: f64 tells them apart.
  it('ResNet20, f64, relu: loss and gradients agree to 1e-10 under every scheme', () => {
    const kind: Kind = { activation: 'relu', dtype: 'f64', width: 16, batch: 4, side: 32 };
    allErrors(compare(kind).compared).expectBelow(1e-10);
  });

  it('f64: weights, coordinates and running statistics agree to 1e-10 after five steps under every scheme', () => {
    const kind: Kind = { activation: 'relu', dtype: 'f64', width: 4, batch: 8, side: 16 };
    const nets = netCases.map(([name, one]) => ({ name, ...prepare(one, kind) }));
    const results = runPeer(nets.map(({ task }) => ({ ...task, sgd })));
    const worst = new Worst();
    nets.forEach(({ name, model, learner, images, labels }, i) => {
      const peer = results[i]!;
      for (const loss of peer.losses)
        worst.add(`${name}: loss`, Math.abs(learner.step(images, labels, sgd.lr).loss / loss - 1));
      const all = new Map([...model.parameters, ...model.buffers]);
      expect([...all.keys()].sort()).toEqual([...peer.tensors.keys()].sort());
      for (const [parameter, values] of peer.tensors)
        worst.add(`${name}: ${parameter}`, relativeError(all.get(parameter)!.toArray(), values));
    });
    worst.expectBelow(1e-10);
  });
});
