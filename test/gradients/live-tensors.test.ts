/** Training steps leak no tensors, under any scheme. */
import { expect, it } from 'vitest';
import { CifarResNet } from '../../src/models/index.ts';
import { Generator, keep, liveTensorCount } from '../../src/tensor/index.ts';
import { resolveConfig } from '../../src/train/config.ts';
import { Learner } from '../../src/train/learner.ts';
import type { TrainConfig } from '../../src/train/settings/table.ts';
import { makeLabels, type NetCase, netCases, scheduleOf, setCoordinates } from './nets.ts';

const plain = resolveConfig({ tauLrFactor: 1, smoothing: 0.1 });

/** Counts live tensors after each of 50 steps, and swaps, which the test provokes. */
function train(one: NetCase, config: TrainConfig): { live: number[]; swaps: number } {
  const net = { depth: 20, width: 4, inChannels: 1, classes: 10, variant: one.variant };
  const model = new CifarResNet({ ...net, schedule: scheduleOf(one) }, new Generator(1));
  const learner = new Learner(model, config);
  const images = keep(new Generator(2).normal([8, 1, 8, 8]));
  const labels = makeLabels([0, 1, 2, 3, 4, 5, 6, 7]);
  const live: number[] = [];
  let swaps = 0;
  for (let step = 0; step < 50; step++) {
    const tau = step % 10 < 5 ? [1, 1.001, 2] : [1.001, 1, 2];
    if (one.scheme === 'mean-field' || one.scheme === 'intervals')
      setCoordinates(model, { 'layer1.tau': tau });
    swaps += learner.step(images, labels, 0.05).swaps.size;
    live.push(liveTensorCount());
  }
  return { live, swaps };
}

it.each(netCases)('%s: the number of live tensors is constant over 50 steps', (_, one) => {
  const { live, swaps } = train(one, plain);
  expect(new Set(live).size).toBe(1);
  expect(swaps > 0).toBe(one.scheme === 'mean-field' || one.scheme === 'intervals');
});

it.each([
  ['Adam', { opt: 'adam' }],
  ['clipping', { clipGrad: 0.1 }],
  ['autocast', { amp: true }],
] as const)('%s: live tensors are the same after each of 50 steps', (_, changes) => {
  const { live } = train(netCases[2]![1], { ...plain, ...changes });
  expect(new Set(live).size).toBe(1);
});
