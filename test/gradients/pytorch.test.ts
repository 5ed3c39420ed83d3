/** Compares small nets of every kind, and their training, with PyTorch, if python3 (or $PYTHON) has it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Architecture } from '../../src/models/index.ts';
import { relativeError } from '../../src/reference/index.ts';
import { resolveConfig } from '../../src/train/config.ts';
import { Learner } from '../../src/train/learner.ts';
import { python, PytorchPeer, torchVersion } from '../peers/pytorch.ts';
import { netAndShortcutCases, type NetCase, netCases, Worst } from './nets.ts';
import {
  compare,
  compareAll,
  evaluate,
  excessOf,
  type Kind,
  prepare,
  type Prepared,
  roundingOf,
  worstOf,
} from './pytorch-nets.ts';

const sgd = { steps: 5, lr: 0.05, momentum: 0.9, weightDecay: 5e-4, tauLrFactor: 0.1 };

type Sizes = Omit<Kind, 'architecture'> & { readonly width: number };

/** ResNet20 with basic blocks, of either variant, under every scheme. */
const basicNets = ({ width, ...sizes }: Sizes): Prepared[] =>
  netAndShortcutCases.map(([title, one]) => {
    const { variant, shortcut } = one;
    const architecture: Architecture = { depth: 20, variant, shortcut, width };
    return prepare(title, one, { architecture, ...sizes });
  });

/** Bottlenecks, with and without groups, three blocks per stage, two of them exchangeable. */
const bottlenecks: readonly (readonly [string, Omit<Architecture, 'variant'>])[] = [
  ['bottlenecks', { depth: 29, block: 'bottleneck', width: 4 }],
  ['grouped', { depth: 29, block: 'bottleneck', width: 4, groups: { cardinality: 2, width: 4 } }],
  // Channel counts that the native kernels support.
  ['wide', { depth: 29, block: 'bottleneck', width: 8, groups: { cardinality: 2, width: 8 } }],
];
const bottleneckNets = (
  cases: readonly (readonly [string, NetCase])[],
  sizes: Omit<Kind, 'architecture'>,
): Prepared[] =>
  bottlenecks.flatMap(([kind, architecture]) =>
    cases.map(([title, one]) =>
      prepare(`${kind}, ${title}`, one, {
        ...sizes,
        architecture: { ...architecture, variant: one.variant },
      }),
    ),
  );

/** The same nets on the same numbers in f64, by PyTorch. */
const inF64 = ({ task }: Prepared): Prepared['task'] => ({
  ...task,
  dtype: 'f64',
  tensors: new Map(
    [...task.tensors].map(([name, one]) => [
      name,
      { shape: one.shape, toTypedArray: () => Float64Array.from(one.toTypedArray() as Float32Array) },
    ]),
  ),
});

const version = torchVersion();
const title = version ? `PyTorch ${version}` : `PyTorch: skipped, ${python} has no torch`;

describe.skipIf(version === undefined)(title, { timeout: 300_000 }, () => {
  let pytorch: PytorchPeer;
  beforeAll(() => {
    pytorch = new PytorchPeer();
  });
  afterAll(() => {
    pytorch.stop();
  });

  // Sums over a batch cancel in f32. The distance of PyTorch's f32 from f64, on the same numbers, shows by how
  // much.
  it('ResNet20, f32, softplus: loss and gradient agree to 1e-5, and every tensor is within 1e-5 of the f64 gradient or 3 times as far from it as PyTorch in f32, under every scheme', async () => {
    const nets = basicNets({ activation: 'softplus', dtype: 'f32', width: 16, batch: 8, side: 16 });
    const results = await pytorch.run(nets.map(({ task }) => task));
    const exact = await pytorch.run(nets.map(inF64));
    const ours = nets.map(evaluate);
    const compared = nets.map((net, i) => compare(net.name, ours[i]!, results[i]!));
    const rounded = nets.map(({ name }, i) => compare(name, ours[i]!, exact[i]!));
    const peer = nets.map(({ name }, i) => compare(name, results[i]!, exact[i]!));
    const whole = new Worst();
    for (const { name, loss, outputs, gradient } of compared) {
      whole.add(`${name}: loss`, loss);
      whole.add(`${name}: gradient`, gradient);
      for (const [part, error] of outputs) whole.add(`${name}: ${part} logits`, error);
    }
    whole.expectBelow(1e-5);
    worstOf(compared).expectBelow(1e-2);
    excessOf(rounded, 1e-5, 3, roundingOf(peer)).expectBelow(1);
  });

  // Among millions of relus in f32, a few inputs lie so close to 0 that rounding decides their sign; f64 separates
  // them.
  it('ResNet20, f64, relu: logits, loss and gradients agree to 1e-10 under every scheme', async () => {
    const nets = basicNets({ activation: 'relu', dtype: 'f64', width: 16, batch: 4, side: 16 });
    worstOf(await compareAll(nets, pytorch)).expectBelow(1e-10);
  });

  it('bottlenecks, with and without groups, f64, relu: logits, loss and gradients agree to 1e-10 under every scheme', async () => {
    const nets = bottleneckNets(netCases, { activation: 'relu', dtype: 'f64', batch: 4, side: 8 });
    worstOf(await compareAll(nets, pytorch)).expectBelow(1e-10);
  });

  it.each([
    ['basic blocks', () => basicNets({ activation: 'relu', dtype: 'f64', width: 4, batch: 8, side: 16 })],
    [
      'bottlenecks',
      () => bottleneckNets(netCases.slice(0, 4), { activation: 'relu', dtype: 'f64', batch: 8, side: 8 }),
    ],
  ])(
    '%s, f64: weights, coordinates and running statistics agree to 1e-10 after five steps',
    async (_, make) => {
      const nets = make();
      const results = await pytorch.run(nets.map(({ task }) => ({ ...task, sgd })));
      const worst = new Worst();
      nets.forEach(({ name, model, images, labels, task }, i) => {
        const peer = results[i]!;
        const learner = new Learner(
          model,
          resolveConfig({
            momentum: sgd.momentum,
            weightDecay: sgd.weightDecay,
            tauLrFactor: sgd.tauLrFactor,
            smoothing: task.smoothing,
          }),
        );
        for (const loss of peer.losses)
          worst.add(`${name}: loss`, Math.abs(learner.step(images, labels, sgd.lr).loss / loss - 1));
        const all = new Map([...model.parameters, ...model.buffers]);
        expect([...all.keys()].sort()).toEqual([...peer.tensors.keys()].sort());
        for (const [parameter, values] of peer.tensors)
          worst.add(`${name}: ${parameter}`, relativeError(all.get(parameter)!.toArray(), values));
      });
      worst.expectBelow(1e-10);
    },
  );
});
