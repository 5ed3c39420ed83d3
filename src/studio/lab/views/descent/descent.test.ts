import { expect, it } from 'vitest';
import type { PathMark } from '../../../../draw/index.ts';
import type { FlowPart, NumbersPart } from '../../parts.ts';
import { all, drawn, numbersOf, partsOf, textsOf, wordsOf } from '../fake-states.ts';
import type { AlongPart } from './compute.ts';

it('from a stuck rho there is a descent direction, E falls along it as predicted, and gradient flow stays', () => {
  const { gap, slope, loss, best, lambda } = numbersOf({ view: 'descent', law: 'zero', radius: 4 });
  expect(gap).toBeLessThan(-0.1);
  expect(Math.abs(slope! - 1)).toBeLessThan(1e-2);
  expect(best).toBeLessThan(loss!);
  expect(lambda).toBeGreaterThan(0);
  const stuck = numbersOf({ view: 'training', law: 'zero' });
  expect(stuck.loss).toBe(stuck.start);
  expect(stuck.distance).toBe(0);
});

it('lambda 0 draws the mixture of the line search', () => {
  const parts = partsOf({ view: 'descent', lambda: 0 });
  const after = all<FlowPart>(parts, 'flow').find(({ name }) => name === 'after')!;
  expect(after.loss).toBeCloseTo(all<NumbersPart>(parts, 'numbers')[0]!.numbers.best!, 12);
});

it('with one step of depth, E is convex along a mixture and above its tangent', () => {
  const { loss, linear, lambda } = all<AlongPart>(
    partsOf({ view: 'descent', depth: 1, particles: 24 }),
    'along',
  )[0]!;
  lambda.forEach((_, i) => {
    expect(loss[i]! - linear[i]!).toBeGreaterThanOrEqual(-1e-4);
    if (i > 0 && i < lambda.length - 1)
      expect(loss[i - 1]! + loss[i + 1]! - 2 * loss[i]!).toBeGreaterThanOrEqual(-1e-3);
  });
});

it('the picture of a mixture shows the drawn λ and the best λ', () => {
  const best = numbersOf({ view: 'descent' }).lambda!;
  expect(wordsOf(drawn({ view: 'descent', lambda: 0 }))).toContain(
    `λ = ${Number(best.toPrecision(4))}, the best`,
  );
  expect(wordsOf(drawn({ view: 'descent', lambda: 0.25 }))).toMatch(/λ = 0.25$/m);
});

it('with one step of depth, G is a line over the whole axis', () => {
  const marks = drawn({ view: 'descent', depth: 1 });
  const title = textsOf(marks).find(({ text }) => text === 'G by depth')!;
  const lines = marks.filter(
    (mark): mark is PathMark =>
      mark.kind === 'path' &&
      mark.lineWidth === 1.8 &&
      mark.points[1]! > title.y &&
      // Excludes legend samples.
      mark.points[2]! - mark.points[0]! > 30,
  );
  expect(lines).toHaveLength(2);
  for (const { points } of lines) expect(points[2]! - points[0]!).toBeGreaterThan(100);
});
