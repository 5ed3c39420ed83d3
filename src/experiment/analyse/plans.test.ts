import { expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { crossEntropy, evaluationMode } from '../../nn/index.ts';
import { noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import { planWithout } from './deletion.ts';
import { fakeNet, type FakeNet, wholeLoss } from './fake-net.ts';
import { openNet, blockSlices } from './net.ts';
import { planInOrder } from './permutation.ts';
import { type Plan, scorePlans, trainedPlan } from './plans.ts';

/** Reference loss of a plan: every step is taken, with X + h f(X) in parts. */
function lossOf({ net, batch }: FakeNet, plan: Plan): number {
  return noGrad(() =>
    scope(() => {
      let state: Tensor = net.begin(batch.images);
      net.stages.forEach((flow, s) => {
        state = flow.stage.enter(state, evaluationMode);
        for (const { block, h } of plan[s] ?? [])
          state = flow.projection.apply(blockSlices(flow)[block]!.step(state, h));
      });
      return crossEntropy(net.end(state), batch.labels).item();
    }),
  );
}

it.each([
  ['post', 'mean-field'],
  ['pre', 'mean-field'],
  ['post', 'vanilla'],
  ['pre', 'learned-step'],
] as const)('the opened net equals the net itself: %s-activation, %s', (variant, scheme) => {
  const fake = fakeNet({ variant, schedule: { scheme } });
  const { net, batch } = fake;
  const [score] = scorePlans(net, [batch], [trainedPlan(net)]);
  expect(score!.loss).toBe(wholeLoss(fake));
  expect(score!.loss).toBeCloseTo(lossOf(fake, trainedPlan(net)), 13);
});

it('errors and losses are those of all images, however they are batched', () => {
  const { net, batch } = fakeNet();
  const cut = [0, 3, 8].slice(0, -1).map((from, i) => {
    const to = [3, 8][i]!;
    return {
      images: ops.sliceDim(batch.images, 0, from, to),
      labels: ops.sliceDim(batch.labels, 0, from, to),
    };
  });
  const [whole] = scorePlans(net, [batch], [trainedPlan(net)]);
  const [parts] = scorePlans(net, cut, [trainedPlan(net)]);
  expect(parts!.error).toBe(whole!.error);
  expect(parts!.loss).toBeCloseTo(whole!.loss, 13);
  const predicted = noGrad(() => ops.argmax(net.model.forward(batch.images, { training: false }), 1));
  const wrong = predicted.toArray().filter((c, i) => c !== batch.labels.toArray()[i]).length;
  expect(whole!.error).toBe((100 * wrong) / 8);
});

it('many plans at once give the same results as each alone', () => {
  const fake = fakeNet();
  const plans = [
    planWithout(fake.net, [0, 4]),
    trainedPlan(fake.net),
    planInOrder(fake.net, [
      [2, 0, 1],
      [1, 0],
      [0, 1],
    ]),
    planWithout(fake.net, [0, 4]),
    planWithout(fake.net, [0, 1, 2, 3, 4, 5, 6]),
  ];
  const scores = scorePlans(fake.net, [fake.batch], plans);
  plans.forEach((plan, i) => {
    expect(scores[i]!.loss).toBeCloseTo(lossOf(fake, plan), 13);
  });
  expect(new Set(scores.map(({ loss }) => loss)).size).toBe(4);
});

it.each(['post', 'pre'] as const)(
  'deleting a block equals setting its step to 0 (%s-activation)',
  (variant) => {
    const fake = fakeNet({ variant, schedule: { scheme: 'learned-step' } });
    const [deleted] = scorePlans(fake.net, [fake.batch], [planWithout(fake.net, [1])]);
    const step = fake.net.stages[0]!.stage.schedule.parameters.get('step')!;
    noGrad(() => {
      const [h0 = 0, , h2 = 0] = step.toArray();
      ops.copy_(step, tensor([h0, 0, h2], [3], { dtype: 'f64' }));
    });
    expect(deleted!.loss).toBeCloseTo(wholeLoss(fake), 13);
  },
);

it('blocks move, steps stay', () => {
  const { net } = fakeNet();
  const trained = trainedPlan(net);
  const moved = planInOrder(net, [
    [2, 0, 1],
    [0, 1],
    [1, 0],
  ]);
  expect(moved.map((moves) => moves.map(({ h }) => h))).toEqual(
    trained.map((moves) => moves.map(({ h }) => h)),
  );
  expect(moved.map((moves) => moves.map(({ block }) => block))).toEqual([
    [2, 0, 1],
    [0, 1],
    [1, 0],
  ]);
  // As trained: the steps differ, so that moving them would make a difference.
  expect(new Set(trained[0]!.map(({ h }) => h)).size).toBe(3);
  expect(
    planInOrder(net, [
      [0, 1, 2],
      [0, 1],
      [0, 1],
    ]),
  ).toEqual(trained);
});

it('intervals, which may overlap, are refused', () => {
  const { model } = fakeNet().net;
  expect(openNet(model).stages).toHaveLength(3);
  expect(() => fakeNet({ schedule: { scheme: 'intervals' } })).toThrow(UsageError);
});
