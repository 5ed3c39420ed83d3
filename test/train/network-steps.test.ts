/** A training step of each net of the talk's table, in f32 and bf16. */
import { describe, expect, it } from 'vitest';
import { createModel } from '../../src/models/index.ts';
import { libraryFacts } from '../../src/native/index.ts';
import { crossEntropy } from '../../src/nn/index.ts';
import { Generator, keep, scope, tensor, type Tensor } from '../../src/tensor/index.ts';
import { resolveConfig } from '../../src/train/config.ts';
import { Learner } from '../../src/train/learner.ts';

const names = [
  'resnet20',
  'resnet32',
  'resnet44',
  'resnet56',
  'preresnet110',
  'preresnet164',
  'resnext29-8x64d',
  'resnext29-16x64d',
];

const config = resolveConfig({ weightDecay: 0, tauLrFactor: 0.1 });

const images = keep(new Generator(2).normal([4, 3, 8, 8]));
const labels = keep(tensor(BigInt64Array.from([3n, 1n, 4n, 1n])));

function makeLearner(name: string, scheme: 'vanilla' | 'mean-field', amp: boolean): Learner {
  const model = createModel(name, { inChannels: 3, classes: 10, schedule: { scheme } }, new Generator(1));
  return new Learner(model, { ...config, amp });
}

function release({ model }: Learner): void {
  for (const one of [...model.parameters.values(), ...model.buffers.values()]) one.dispose();
}

/** The sum of squares of each tensor, which changes if any entry does. */
const squares = (tensors: ReadonlyMap<string, Tensor>): number[] =>
  [...tensors.values()].map((one) => (one.toTypedArray() as Float32Array).reduce((sum, x) => sum + x * x, 0));

const bf16 = libraryFacts().bf16;
describe.each([
  ['f32', false],
  ['bf16', true],
] as const)('a step in %s', (dtype, amp) => {
  it.skipIf(amp && !bf16).each(names)(
    `of %s${amp && !bf16 ? ': skipped, the CPU has no bf16' : ' starts at the loss of vanilla and moves every tensor'}`,
    (name) => {
      const vanilla = makeLearner(name, 'vanilla', amp);
      const expected = scope(() => crossEntropy(vanilla.forward(images, true), labels).item());
      release(vanilla);
      const learner = makeLearner(name, 'mean-field', amp);
      const { parameters, stages } = learner.model;
      for (const { particles } of stages.values()) expect(particles).toBeGreaterThan(1);
      const before = squares(parameters);
      const { loss } = learner.step(images, labels, 0.05);
      expect(loss).toBeGreaterThan(0);
      expect(loss).toBe(expected);
      expect(learner.isFinite()).toBe(true);
      const after = squares(parameters);
      const still = [...parameters.keys()].filter((_, i) => after[i] === before[i]);
      expect(still, dtype).toEqual([]);
      release(learner);
    },
  );
});
