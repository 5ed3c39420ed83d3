import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { seededNormal, seededUniform } from '../../reference/index.ts';
import { assignment, type Assignment } from './assignment.ts';

/** The optimality gap of an answer: infeasibility of the prices, and slack along the assignment. */
function gap(cost: Float64Array, n: number, { columnOf, rowPrice, columnPrice }: Assignment): number {
  let worst = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const slack = cost[i * n + j]! - rowPrice[i]! - columnPrice[j]!;
      worst = Math.max(worst, columnOf[i] === j ? Math.abs(slack) : -slack);
    }
  return worst;
}

const permutations = (items: readonly number[]): number[][] =>
  items.length === 0
    ? [[]]
    : items.flatMap((first) =>
        permutations(items.filter((x) => x !== first)).map((rest) => [first, ...rest]),
      );

it('the cost is minimal over all permutations', () => {
  const normal = seededNormal(1);
  for (let n = 1; n <= 6; n++)
    for (let round = 0; round < 10; round++) {
      const cost = new Float64Array(n * n).map(normal);
      const all = permutations(Array.from({ length: n }, (_, i) => i));
      const minimum = Math.min(...all.map((p) => p.reduce((sum, j, i) => sum + cost[i * n + j]!, 0)));
      expect(assignment(cost, n).cost).toBeCloseTo(minimum, 13);
    }
});

it('rows and columns are matched one to one, and the prices prove the cost, also with many ties', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }).chain((n) =>
        fc.array(fc.integer({ min: -4, max: 4 }), { minLength: n * n, maxLength: n * n }).map((values) => ({
          n,
          cost: Float64Array.from(values),
        })),
      ),
      ({ n, cost }) => {
        const found = assignment(cost, n);
        expect(Array.from(found.columnOf).sort((a, b) => a - b)).toEqual(
          Array.from({ length: n }, (_, i) => i),
        );
        expect(gap(cost, n, found)).toBeLessThan(1e-12);
        const prices = [...found.rowPrice, ...found.columnPrice].reduce((sum, price) => sum + price, 0);
        expect(found.cost).toBeCloseTo(prices, 10);
      },
    ),
  );
});

it('500 rows: optimal within rounding, in well under a second', () => {
  const n = 500;
  const uniform = seededUniform(3);
  const cost = new Float64Array(n * n).map(uniform);
  const started = performance.now();
  const found = assignment(cost, n);
  expect(performance.now() - started).toBeLessThan(2000);
  expect(gap(cost, n, found)).toBeLessThan(1e-13);
});

it('a planted fault, two swapped rows, is detected by the prices', () => {
  const n = 30;
  const cost = new Float64Array(n * n).map(seededUniform(4));
  const found = assignment(cost, n);
  const columnOf = found.columnOf.slice();
  [columnOf[3], columnOf[7]] = [columnOf[7]!, columnOf[3]!];
  expect(gap(cost, n, found)).toBeLessThan(1e-14);
  expect(gap(cost, n, { ...found, columnOf })).toBeGreaterThan(1e-3);
});

it('costs that are not n n finite numbers are rejected', () => {
  expect(() => assignment(new Float64Array(3), 2)).toThrow(
    new UsageError('an assignment of 2 needs 4 costs, got 3'),
  );
  expect(() => assignment(Float64Array.of(1, 2, NaN, 4), 2)).toThrow('the cost of row 1, column 0 is NaN');
  expect(() => assignment(new Float64Array(0), 0)).toThrow('expected an integer >= 1 for n');
});
