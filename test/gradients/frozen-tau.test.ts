/** With coordinates fixed at unit gaps, every scheme equals the plain residual net bit for bit. */
import { expect, it } from 'vitest';
import { CifarResNet, type CifarResNetOptions } from '../../src/models/index.ts';
import { libraryFacts } from '../../src/native/index.ts';
import { Generator, keep } from '../../src/tensor/index.ts';
import { resolveConfig } from '../../src/train/config.ts';
import { Learner } from '../../src/train/learner.ts';
import { makeLabels } from './nets.ts';

const schedules: readonly CifarResNetOptions['schedule'][] = [
  { scheme: 'mean-field' },
  { scheme: 'mean-field', last: 'pinned' },
  { scheme: 'mean-field', reorder: false },
  { scheme: 'intervals' },
  { scheme: 'learned-step' },
];

const bottleneck = { depth: 29, width: 4, block: 'bottleneck' } as const;
const nets = {
  'post-activation': { depth: 20, width: 8 },
  'pre-activation': { depth: 20, width: 8, variant: 'pre' },
  'pre-activation bottlenecks': { ...bottleneck, variant: 'pre' },
  'grouped bottlenecks': { ...bottleneck, groups: { cardinality: 2, width: 8 } },
} as const;
type Net = keyof typeof nets;

function losses(schedule: CifarResNetOptions['schedule'], net: Net, amp: boolean): number[] {
  const options = { ...nets[net], inChannels: 3, classes: 10, schedule };
  const learner = new Learner(
    new CifarResNet(options, new Generator(1)),
    resolveConfig({ tauLrFactor: 0, amp }),
  );
  const data = new Generator(2);
  const images = Array.from({ length: 4 }, () => keep(data.normal([16, 3, 16, 16])));
  const labels = makeLabels(Array.from({ length: 16 }, (_, i) => (3 * i) % 10));
  return Array.from({ length: 20 }, (_, step) => learner.step(images[step % 4]!, labels, 0.1).loss);
}

const names = Object.keys(nets) as Net[];

it.each(names)('f32, %s: 20 losses with frozen coordinates equal those of vanilla', (net) => {
  const expected = losses({ scheme: 'vanilla' }, net, false);
  expect(expected[19]).toBeLessThan(expected[0]!);
  for (const schedule of schedules)
    expect(losses(schedule, net, false), JSON.stringify(schedule)).toEqual(expected);
});

const bf16 = libraryFacts().bf16;
it.skipIf(!bf16).each(names)(
  bf16
    ? 'bf16, %s: 20 losses with frozen coordinates equal those of vanilla'
    : 'bf16, %s: skipped, the CPU has no bf16',
  (net) => {
    const expected = losses({ scheme: 'vanilla' }, net, true);
    expect(expected[19]).toBeLessThan(expected[0]!);
    for (const schedule of schedules)
      expect(losses(schedule, net, true), JSON.stringify(schedule)).toEqual(expected);
  },
);
