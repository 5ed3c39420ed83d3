import { expect, it } from 'vitest';
import { crossEntropy, evaluationMode } from '../../nn/index.ts';
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import { meanGradients, measureBlockGradient } from './block-gradient.ts';
import { fakeNet, type FakeNet } from './fake-net.ts';
import { blockSlices } from './net.ts';
import { measureNeighbours, summarisePairs } from './neighbours.ts';
import { diagonalError, measureStepGradient } from './step-gradient.ts';

const smooth = { variant: 'pre', activation: 'softplus' } as const;

/** The mean loss if block i of the first stage acts with step `by` in addition to step l. */
function lossWith({ net, batch }: FakeNet, i: number, l: number, by: number): number {
  return noGrad(() =>
    scope(() => {
      let state: Tensor = net.begin(batch.images);
      net.stages.forEach((flow, s) => {
        state = flow.stage.enter(state, evaluationMode);
        blockSlices(flow).forEach((slice, place) => {
          let next = slice.step(state, flow.steps[place]!);
          if (s === 0 && place === l) next = ops.add(next, flow.blocks[i]!.velocity(state), by);
          state = flow.projection.apply(next);
        });
      });
      return crossEntropy(net.end(state), batch.labels).item();
    }),
  );
}

it.each([
  ['softplus, no projection', smooth, 1e-4],
  ['relu and its projection', {}, 1e-6],
] as const)('G(theta_i, t_l) is the change of the loss by block i at depth l: %s', (_, options, by) => {
  const fake = fakeNet(options);
  const { values } = measureStepGradient(fake.net, [fake.batch]).stages[0]!;
  const largest = Math.max(...values.flat().map(Math.abs));
  for (let i = 0; i < 3; i++)
    for (let l = 0; l < 3; l++) {
      const difference = (lossWith(fake, i, l, by) - lossWith(fake, i, l, -by)) / (2 * by);
      expect(Math.abs(values[i]![l]! - difference) / largest).toBeLessThan(2e-7);
    }
});

it.each(['post', 'pre'] as const)(
  'its diagonal is dE/dh, over several batches (%s-activation)',
  (variant) => {
    const { net, batch } = fakeNet({ variant });
    const part = (from: number, to: number) => ({
      images: ops.sliceDim(batch.images, 0, from, to),
      labels: ops.sliceDim(batch.labels, 0, from, to),
    });
    const whole = measureStepGradient(net, [batch]);
    const parts = measureStepGradient(net, [part(0, 3), part(3, 8)]);
    expect(whole.diagonalError).toBeLessThan(1e-12);
    expect(parts.diagonalError).toBeLessThan(1e-12);
    parts.stages.forEach(({ values }, s) => {
      values.flat().forEach((value, j) => {
        expect(value).toBeCloseTo(whole.stages[s]!.values.flat()[j]!, 12);
      });
    });
  },
);

it('a diagonal that is not dE/dh is detected', () => {
  const { net, batch } = fakeNet();
  const { stages } = measureStepGradient(net, [batch]);
  const turned = stages.map((one) => ({
    ...one,
    values: one.values.map((row, i) => row.map((__, l) => one.values[l]![i]!)),
  }));
  // Transposed: the diagonal is the same.
  expect(diagonalError(turned)).toBeLessThan(1e-12);
  const shifted = stages.map((one) => ({ ...one, values: [...one.values].reverse() }));
  expect(diagonalError(shifted)).toBeGreaterThan(1e-2);
});

it('dE/dtau of a block is its dE/dh minus that of the next block', () => {
  const { net, batch } = fakeNet();
  const { stages } = measureStepGradient(net, [batch]);
  const { coordinates, blocks } = measureBlockGradient(net, [batch]);
  stages.forEach(({ inStep, particles }, s) => {
    const { name, values } = coordinates[s]!;
    expect(name).toBe('tau');
    particles.forEach((particle, l) => {
      expect(values[particle]).toBeCloseTo(inStep[l]! - (inStep[l + 1] ?? 0), 12);
    });
  });
  expect(blocks.map(({ stage, particle }) => [stage, particle])).toEqual([
    ['layer1', 0],
    ['layer1', 1],
    ['layer1', 2],
    ['layer2', undefined],
    ['layer2', 0],
    ['layer2', 1],
    ['layer3', undefined],
    ['layer3', 0],
    ['layer3', 1],
  ]);
});

it('the loss changes along a block’s gradient by its squared norm, over several batches', () => {
  const fake = fakeNet(smooth);
  const { net, batch } = fake;
  const batches = [0, 3].map((from) => {
    const to = from ? 8 : 3;
    const part = (x: Tensor): Tensor => ops.sliceDim(x, 0, from, to);
    return { images: part(batch.images), labels: part(batch.labels) };
  });
  const { gradient } = measureBlockGradient(net, batches).blocks[1]!;
  const slopes = meanGradients(net, batches);
  const weights = [...net.stages[0]!.blocks[1]!.parameters.values()];
  const by = 1e-4;
  const moved = (times: number): number => {
    noGrad(() => {
      for (const weight of weights) ops.add_(weight, slopes.get(weight)!, times * by);
    });
    return lossWith(fake, 0, 0, 0);
  };
  const [above, below] = [moved(1), moved(-2)];
  expect((above - below) / (2 * by) / gradient ** 2).toBeCloseTo(1, 6);
});

it('equal blocks are at distance 0, independent ones at about the square root of 2', () => {
  const { net, batch } = fakeNet({}, 5);
  const { net: fresh } = fakeNet({}, 6);
  const apart = measureNeighbours(net, fresh, batch);
  expect(apart.map(({ stage }) => stage)).toEqual(['layer1', 'layer2', 'layer3']);
  const [first] = apart;
  expect(first!.weights.neighbours).toBeGreaterThan(0.8);
  expect(first!.weights.neighbours).toBeLessThan(1.6);
  expect(first!.weights.others).toBeDefined();
  expect(apart[1]!.weights.others).toBeUndefined();
  noGrad(() => {
    const [one, ...others] = net.stages[0]!.blocks;
    for (const other of others)
      for (const part of ['parameters', 'buffers'] as const)
        for (const [name, tensor] of other[part]) ops.copy_(tensor, one![part].get(name)!);
  });
  const [same] = measureNeighbours(net, fresh, batch);
  expect(same!.weights.alongDepth).toEqual([0, 0]);
  expect(same!.velocities.alongDepth).toEqual([0, 0]);
  expect(same!.freshWeights).toEqual(first!.freshWeights);
});

it('pairs of neighbours are distinguished from other pairs', () => {
  expect(summarisePairs(4, (l, m) => 10 * l + m)).toEqual({
    alongDepth: [1, 12, 23],
    neighbours: 12,
    others: (2 + 3 + 13) / 3,
  });
});
