import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seededUniform } from '../../reference/index.ts';
import { networkSimplex, type Transport } from './network-simplex.ts';

interface Problem {
  readonly cost: Float64Array;
  readonly supply: Float64Array;
  readonly demand: Float64Array;
}

const sumOf = (values: Iterable<number>): number => Array.from(values).reduce((sum, x) => sum + x, 0);

/** The optimality gap of an answer: missing mass, prices that are too high, slack where mass goes. */
function gap({ cost, supply, demand }: Problem, found: Transport): number {
  const columns = demand.length;
  const [rest, room] = [supply.slice(), demand.slice()];
  let worst = 0;
  const slackAt = (i: number, j: number): number =>
    cost[i * columns + j]! - found.rowPrice[i]! - found.columnPrice[j]!;
  found.mass.forEach((mass, at) => {
    const [i, j] = [found.row[at]!, found.column[at]!];
    rest[i] = rest[i]! - mass;
    room[j] = room[j]! - mass;
    worst = Math.max(worst, Math.abs(slackAt(i, j)), -mass);
  });
  for (let i = 0; i < supply.length; i++)
    for (let j = 0; j < columns; j++) worst = Math.max(worst, -slackAt(i, j));
  return Math.max(worst, ...rest.map(Math.abs), ...room.map(Math.abs));
}

function draw(rows: number, columns: number, seed: number): Problem {
  const uniform = seededUniform(seed);
  const law = (count: number): Float64Array => {
    const raw = Float64Array.from({ length: count }, uniform);
    const total = sumOf(raw);
    return raw.map((x) => x / total);
  };
  return {
    cost: new Float64Array(rows * columns).map(uniform),
    supply: law(rows),
    demand: law(columns),
  };
}

it('with one row or one column the plan is unique', () => {
  const row = networkSimplex({
    cost: Float64Array.of(3, 1, 2),
    supply: Float64Array.of(1),
    demand: Float64Array.of(0.5, 0.2, 0.3),
  });
  expect(row.cost).toBeCloseTo(1.5 + 0.2 + 0.6, 15);
  expect(Array.from(row.column).sort()).toEqual([0, 1, 2]);
  const column = networkSimplex({
    cost: Float64Array.of(3, 1),
    supply: Float64Array.of(0.5, 0.5),
    demand: Float64Array.of(1),
  });
  expect(column.cost).toBeCloseTo(2, 15);
});

it('a problem from a textbook: 20, 30, 25 to 10, 35, 30', () => {
  const problem = {
    cost: Float64Array.of(8, 6, 10, 9, 12, 13, 14, 9, 16),
    supply: Float64Array.of(20, 30, 25),
    demand: Float64Array.of(10, 35, 30),
  };
  // By hand: row 0 to column 1 (10) and 2 (10), row 1 to 0 (10) and 2 (20), row 2 to 1 (25).
  expect(networkSimplex(problem).cost).toBeCloseTo(10 * 6 + 10 * 10 + 10 * 9 + 20 * 13 + 25 * 9, 10);
});

it.each([
  [7, 5],
  [40, 60],
  [150, 20],
  [200, 200],
])('%i rows and %i columns: the prices prove the plan, whose pairs form a tree', (rows, columns) => {
  const problem = draw(rows, columns, rows);
  const found = networkSimplex(problem);
  expect(gap(problem, found)).toBeLessThan(1e-13);
  expect(found.mass.length).toBeLessThan(rows + columns);
  const dual =
    sumOf(found.rowPrice.map((price, i) => price * problem.supply[i]!)) +
    sumOf(found.columnPrice.map((price, j) => price * problem.demand[j]!));
  expect(found.cost).toBeCloseTo(dual, 13);
});

it('ties, equal costs and degenerate masses do not make it cycle', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }).chain((rows) =>
        fc.integer({ min: 1, max: 9 }).chain((columns) =>
          fc.record({
            cost: fc.array(fc.integer({ min: 0, max: 3 }), {
              minLength: rows * columns,
              maxLength: rows * columns,
            }),
            // Partitions of a total mass of rows * columns units.
            supply: fc.constant(rows),
            demand: fc.constant(columns),
          }),
        ),
      ),
      ({ cost, supply, demand }) => {
        const problem = {
          cost: Float64Array.from(cost),
          supply: new Float64Array(supply).fill(demand),
          demand: new Float64Array(demand).fill(supply),
        };
        expect(gap(problem, networkSimplex(problem))).toBeLessThan(1e-12);
      },
    ),
    { numRuns: 300 },
  );
});

it('masses of any size: 1e-300 and 1e300', () => {
  for (const unit of [1e-300, 1e300]) {
    const { cost, supply, demand } = draw(6, 4, 9);
    const scaled = { cost, supply: supply.map((x) => x * unit), demand: demand.map((x) => x * unit) };
    const ratio = networkSimplex(scaled).cost / unit / networkSimplex({ cost, supply, demand }).cost;
    expect(ratio).toBeCloseTo(1, 12);
  }
});

it('a planted fault, mass that is moved along the cycle of four pairs, costs more and is detected', () => {
  const problem = draw(12, 9, 3);
  const found = networkSimplex(problem);
  const column = found.column.slice();
  [column[0], column[5]] = [column[5]!, column[0]!];
  expect(gap(problem, { ...found, column })).toBeGreaterThan(1e-3);
});

it('the watch callback can cancel the call', () => {
  const problem = draw(200, 300, 4);
  const stop = new Error('enough');
  const seen: number[] = [];
  const watch = (pivots: number): void => {
    seen.push(pivots);
    if (pivots === 3) throw stop;
  };
  expect(() => networkSimplex({ ...problem, watch })).toThrow(stop);
  expect(seen).toEqual([1, 2, 3]);
});
