import { expect, it } from 'vitest';
import { crossEntropy, evaluationMode } from '../../nn/index.ts';
import { enableGrad, Generator, grad, keep, noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import { lowerBounds, minRatio, measureCostate } from './costate.ts';
import { fakeNet, type FakeNet, relativeError } from './fake-net.ts';
import { type BlockLink, costatesOf, imageNorms, linearise } from './linearised.ts';
import { operatorNorms, pushForward } from './lipschitz.ts';
import { interpolated, measurePaths } from './path-lengths.ts';
import { gradientByOrder, gradientsOfPaths } from './paths.ts';

const variants = ['post', 'pre'] as const;

/** dE_x/dX(x, 0) by automatic differentiation of the net's own stages. */
function stemGradient({ net, batch }: FakeNet): Tensor {
  return scope(() => {
    const leaf = noGrad(() => ops.detach(net.begin(batch.images))).setRequiresGrad();
    return enableGrad(() => {
      let state: Tensor = leaf;
      for (const { stage } of net.stages) state = stage.forward(state, evaluationMode);
      const loss = ops.mulScalar(crossEntropy(net.end(state), batch.labels), batch.labels.size);
      return grad(loss, [leaf])[0]!;
    });
  });
}

it.each(variants)('costates equal those of automatic differentiation (%s-activation)', (variant) => {
  const fake = fakeNet({ variant });
  const costates = costatesOf(linearise(fake.net, fake.batch));
  expect(relativeError(costates[0]!, stemGradient(fake))).toBeLessThan(1e-12);
});

it.each(variants)('the gradients of all 2^n paths sum to the gradient (%s-activation)', (variant) => {
  const fake = fakeNet({ variant });
  const { links, costate } = linearise(fake.net, fake.batch);
  const subsets = Array.from({ length: 2 ** 7 }, (_, bits) =>
    [0, 1, 2, 3, 4, 5, 6].filter((i) => (bits >> i) & 1),
  );
  const byLength = Array.from({ length: 8 }, (): Tensor[] => []);
  const sums = scope(() => {
    const found: Tensor[] = [];
    gradientsOfPaths({ links, end: costate }, subsets, (index, path) => {
      const k = subsets[index]!.length;
      byLength[k]!.push(keep(ops.clone(path)));
      found.push(byLength[k]!.at(-1)!);
    });
    expect(found).toHaveLength(128);
    return byLength.map((paths) => paths.reduce((a, b) => ops.add(a, b)));
  });
  const expected = stemGradient(fake);
  const total = sums.reduce((a, b) => ops.add(a, b));
  expect(relativeError(total, expected)).toBeLessThan(1e-12);
  // The series in eps gives the same sums by length.
  const orders = gradientByOrder({ links, end: costate });
  expect(orders).toHaveLength(8);
  orders.forEach((order, k) => {
    expect(relativeError(order, sums[k]!)).toBeLessThan(1e-12);
  });
  // A planted fault: one branch too small.
  const wrong = links.map((link, i) =>
    i === 1 && link.kind === 'block' ? { ...link, h: 0.9 * link.h } : link,
  );
  const faulty = gradientByOrder({ links: wrong, end: costate }).reduce((a, b) => ops.add(a, b));
  expect(relativeError(faulty, expected)).toBeGreaterThan(1e-3);
});

it('shares of path lengths and of orders sum to 1, for the net and for each stage', () => {
  const { net, batch } = fakeNet();
  const pieces = measurePaths(net, [batch], { draws: 5, seed: 1 });
  expect(pieces.map(({ piece, blocks }) => [piece, blocks])).toEqual([
    ['whole net', 7],
    ['layer1', 3],
    ['layer2', 2],
    ['layer3', 2],
  ]);
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  for (const piece of pieces) {
    expect(total(piece.counted)).toBeCloseTo(1, 12);
    expect(total(piece.measured)).toBeCloseTo(1, 12);
    expect(total(piece.signed)).toBeCloseTo(1, 12);
    expect(piece.sumError).toBeLessThan(1e-12);
  }
  expect(pieces[0]!.draws).toEqual([1, 5, 5, 5, 5, 5, 5, 1]);
});

it('norms of skipped lengths are interpolated geometrically', () => {
  const filled = interpolated([8, undefined, undefined, 1, 0, undefined, 3]);
  [8, 4, 2, 1, 0, 0, 3].forEach((expected, k) => {
    expect(filled[k]).toBeCloseTo(expected, 14);
  });
});

it('a net with zero branches has only paths of length 0', () => {
  const { net, batch } = fakeNet();
  noGrad(() => {
    for (const { blocks } of net.stages)
      for (const block of blocks) ops.zero_(block.parameters.get('bn2.weight')!);
  });
  const [whole] = measurePaths(net, [batch], { draws: 200, seed: 1 });
  expect(whole!.measured[0]).toBeCloseTo(1, 12);
  expect(whole!.meanLength).toBeCloseTo(0, 12);
});

const firstBlock = ({ net, batch }: FakeNet): { link: BlockLink; velocity: (x: Tensor) => Tensor } => ({
  link: linearise(net, batch).links.find((one) => one.kind === 'block')!,
  velocity: (x) => net.stages[0]!.blocks[0]!.velocity(x),
});

it.each(variants)('a push-forward is the transpose of the pull-back (%s-activation)', (variant) => {
  const { link, velocity } = firstBlock(fakeNet({ variant }));
  const generator = new Generator(1);
  const [long, p] = [0, 1].map(() => generator.normal(link.before.shape, 'f64')) as [Tensor, Tensor];
  const v = ops.divScalar(long, ops.norm(long).item());
  const inner = (a: Tensor, b: Tensor): number => ops.sum(ops.mul(a, b)).item();
  const forward = noGrad(() => pushForward(velocity, link.before, v));
  expect(inner(forward, p) / inner(v, link.pull(p))).toBeCloseTo(1, 5);
});

it('a block that is zero on an image stretches it by 0', () => {
  const fake = fakeNet();
  noGrad(() => {
    ops.zero_(fake.net.stages[0]!.blocks[0]!.parameters.get('bn2.weight')!);
  });
  const { link, velocity } = firstBlock(fake);
  expect(noGrad(() => operatorNorms(link, velocity, new Generator(2)))).toEqual(new Array(8).fill(0));
});

it('the operator norm is the largest singular value of the whole Jacobian', () => {
  const fake = fakeNet();
  const { link, velocity } = firstBlock(fake);
  const norms = noGrad(() => operatorNorms(link, velocity, new Generator(2)));
  // Row by row, for the first two images.
  const [, ...sizes] = link.before.shape;
  const d = sizes.reduce((a, b) => a * b, 1);
  const rows = Array.from({ length: d }, (_, i) =>
    scope(() => {
      const unit = ops.mulScalar(link.before, 0);
      const flat = ops.reshape(unit, [unit.shape[0]!, d]);
      ops.fill_(ops.select(flat, 1, i), 1);
      const pulled = link.pull(link.mask(ops.reshape(flat, link.before.shape)));
      return ops.sliceDim(ops.reshape(pulled, [-1, d]), 0, 0, 2);
    }),
  );
  const largest = ops.amax(ops.svdvals(ops.stack(rows, 1)), [1]).toArray();
  largest.forEach((expected, x) => {
    const ratio = norms[x]! / (link.h * expected);
    expect(ratio).toBeLessThan(1 + 1e-6);
    expect(ratio).toBeGreaterThan(0.98);
  });
});

it.each(variants)('norms of the costate are means over images (%s-activation)', (variant) => {
  const fake = fakeNet({ variant });
  const { atStem, stages } = measureCostate(fake.net, [fake.batch], 1);
  const norms = imageNorms(stemGradient(fake)).toArray();
  const mean = norms.reduce((a, b) => a + b, 0) / norms.length;
  expect(atStem).toBeCloseTo(mean, 12);
  expect(stages[0]!.norms[0]).toBeCloseTo(mean, 12);
  expect(stages.map(({ norms: own }) => own.length)).toEqual([4, 3, 3]);
  if (variant === 'pre') for (const { kept } of stages) for (const share of kept) expect(share).toBe(1);
});

/** A net with steps small enough for the discrete bound to be informative. */
function slowNet(): FakeNet {
  const fake = fakeNet({ schedule: { scheme: 'learned-step' } });
  noGrad(() => {
    for (const { stage } of fake.net.stages) {
      ops.fill_(stage.schedule.parameters.get('step')!, 0.1);
      stage.schedule.projectAndSort();
    }
  });
  return {
    ...fake,
    net: { ...fake.net, stages: fake.net.stages.map((one) => ({ ...one, steps: one.steps.map(() => 0.1) })) },
  };
}

it('the costate is above the discrete bound, and close enough for the bound to be able to fail', () => {
  const { net, batch } = slowNet();
  for (const { norms, discrete, kept, stretch } of measureCostate(net, [batch], 1).stages) {
    expect(Math.max(...stretch)).toBeLessThan(1);
    const ratio = minRatio(norms, discrete);
    expect(ratio).toBeGreaterThanOrEqual(1);
    expect(ratio).toBeLessThan(10);
    // Blocks with understated stretching violate the bound.
    const optimistic = lowerBounds(
      norms.at(-1)!,
      kept,
      stretch.map((one) => -one),
    );
    expect(minRatio(norms, optimistic.discrete)).toBeLessThan(1);
  }
});

it('bounds are products from the end of the stage', () => {
  const { discrete, exponential } = lowerBounds(2, [1, 0.5], [0.5, 0.25]);
  expect(discrete).toEqual([2 * 0.5 * 0.75 * 0.5, 2 * 0.5 * 0.75, 2]);
  expect(exponential[0]).toBeCloseTo(2 * Math.exp(-0.75), 14);
  expect(lowerBounds(2, [1], [3]).discrete).toEqual([0, 2]);
  expect(minRatio([1, 2], [0, 2])).toBe(Infinity);
});
