/** C6: a deep ResNet is an ensemble of shallow networks, including all higher orders. */
import {
  bottleneck,
  expandFlow,
  explicitOrders,
  type Family,
  gaussian,
  gridMeasure,
  type GridMeasure,
  independentSlices,
  matrix,
  type Problem,
  solveFlow,
} from '../../mean-field/index.ts';
import type { ClaimPanel } from '../../runs/index.ts';
import { type Generator, ops, scope, type Tensor } from '../../tensor/index.ts';
import { atMost, within } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { type Blocks, cauchyCoefficients } from '../expansion/complex-flow.ts';
import { fitPower, mean, median } from '../../stats/index.ts';

interface Parts {
  readonly expandFlow: typeof expandFlow;
  readonly explicitOrders: typeof explicitOrders;
}

const families: readonly { readonly blocks: Blocks; readonly family: Family }[] = [
  { blocks: 'bottleneck', family: bottleneck('tanh') },
  { blocks: 'matrix', family: matrix('tanh') },
];
const highest = 5;
const sizes = [0.3, 0.2, 0.1, 0.06, 0.03];
const [samples, d, particles] = [6, 3, 4];

interface Example {
  readonly problem: Problem;
  readonly rho: GridMeasure;
}

export const c6: Claim<Parts> = {
  id: 'C6',
  title: 'A deep ResNet is an ensemble of shallow ones',
  statement:
    'X(., 1) = sum_k eps^k C_k for blocks of size eps, where C_k collects the paths through k blocks; the remainder after order K is of order eps^{K+1}.',
  parts: { expandFlow, explicitOrders },
  cost: 2,
  measure(setting, parts) {
    const draws = setting.quick ? 5 : 20;
    const found = families.map((one, f) => ({
      ...one,
      rows: Array.from({ length: draws }, (_, i) => {
        setting.progress((f + i / draws) / families.length);
        return scope(() => remainders(one.family, example(setting.draw(1000 * f + i), one.family), parts));
      }),
    }));
    const norms = orderNorms(setting, parts);
    return {
      sentence:
        'Each order of the expansion reduces the remainder by one power of the size of rho. The orders do not shrink with depth: order k carries 1/k! of the weight of all paths, for any number of layers.',
      checks: [
        ...found.flatMap(({ blocks, rows }) =>
          Array.from({ length: highest + 1 }, (_, k) =>
            within(
              {
                name: `${blocks}: slope in eps of the remainder after orders 0 .. ${k}, median over draws`,
                measured: median(rows.map((row) => slopeOf(row, k))),
              },
              k + 1,
              0.05,
            ),
          ),
        ),
        ...families.map(({ blocks, family }, f) =>
          atMost(
            {
              name: `${blocks}: coefficients against Cauchy's integral, max of r^k abs(difference) / abs(X)`,
              measured: cauchyError(blocks, family, setting.draw(5000 + f), parts),
            },
            1e-14,
          ),
        ),
        ...(['first', 'second'] as const).map((which) =>
          atMost(
            {
              name: `matrix: the talk's ${which}-order sum, relative difference`,
              measured: explicitError(which, setting.draw(6000), parts),
            },
            1e-13,
          ),
        ),
        ...[1, 2, 3].map((k) =>
          within(
            {
              name: `slope in L of abs(C_${k}) at a fixed law`,
              measured: fitPower(norms.depths, norms.byOrder[k] ?? []).slope,
            },
            0,
            0.15,
          ),
        ),
      ],
      panels: [
        ...found.map(({ blocks, rows }) => remainderPanel(blocks, rows)),
        {
          title: 'Size of each order, bottleneck blocks',
          x: { title: 'depth L', log: true },
          y: { title: 'abs(C_k) / abs(C_0), mean over draws', log: true },
          series: [1, 2, 3, 4].map((k) => ({
            name: `k = ${k}`,
            points: norms.depths.map((depth, i) => [depth, norms.byOrder[k]?.[i] ?? NaN] as const),
          })),
        },
        sharePanel(),
      ],
    };
  },
};

function example(generator: Generator, family: Family, slices = 20, count = particles): Example {
  const inputs = generator.normal([samples, d], 'f64');
  return {
    problem: { inputs, targets: inputs },
    rho: gridMeasure(
      independentSlices(gaussian(), generator, slices, count, family.parameterCount(d), 'f64'),
    ),
  };
}

/** For each order K, the norm of X(eps) - sum_{k <= K} eps^k C_k at each eps; and the norm of X. */
function remainders(family: Family, { problem, rho }: Example, parts: Parts): number[][] {
  const coefficients = parts.expandFlow(problem, family, rho, highest);
  const rows = sizes.map((eps) =>
    scope(() => {
      const scaled = rho.withWeight(ops.mulScalar(rho.weight, eps));
      let rest = solveFlow(problem, family, scaled).at(-1)!;
      const size = ops.norm(rest).item();
      return coefficients.map((coefficient, k) => {
        rest = ops.sub(rest, ops.mulScalar(coefficient, eps ** k));
        return ops.norm(rest).item() / size;
      });
    }),
  );
  return coefficients.map((_, k) => rows.map((row) => row[k] ?? NaN));
}

/** Rounding errors hide values below 1e-12 of the state. */
const slopeOf = (row: readonly number[][], k: number): number => fitPower(sizes, row[k] ?? [], 1e-12).slope;

function cauchyError(blocks: Blocks, family: Family, generator: Generator, parts: Parts): number {
  const { problem, rho } = example(generator, family);
  const circle = { order: 6, radius: 0.5, points: 64 };
  const coefficients = parts.expandFlow(problem, family, rho, circle.order);
  const expected = cauchyCoefficients(blocks, problem.inputs, rho, circle);
  const size = Math.max(...problem.inputs.toArray().map(Math.abs));
  const differences = coefficients.flatMap((coefficient, k) =>
    coefficient
      .toArray()
      .map((value, i) => Math.abs(value * circle.radius ** k - (expected[k]?.[i] ?? NaN)) / size),
  );
  return Math.max(...differences);
}

function explicitError(which: 'first' | 'second', generator: Generator, parts: Parts): number {
  const family = matrix('tanh');
  const { problem, rho } = example(generator, family);
  const expected = parts.expandFlow(problem, family, rho, 2)[which === 'first' ? 1 : 2]!;
  const difference = ops.sub(parts.explicitOrders(problem, 'tanh', rho)[which], expected);
  return ops.norm(difference).item() / ops.norm(expected).item();
}

/** |C_k| / |C_0| for the same law at growing depth, averaged over draws. */
function orderNorms({ draw, quick }: ClaimContext, parts: Parts): { depths: number[]; byOrder: number[][] } {
  const depths = quick ? [20, 40, 80] : [20, 40, 80, 160];
  const family = bottleneck('tanh');
  const draws = quick ? 4 : 20;
  const rows = Array.from({ length: draws }, (_, i) =>
    depths.map((depth) =>
      scope(() => {
        // A law with non-zero mean: blocks of mean 0 would cancel as depth grows.
        const { problem, rho } = example(draw(7000 + i), family, depth, 64);
        const law = rho.withTheta(ops.addScalar(ops.mulScalar(rho.theta, 0.5), 0.5));
        const norms = parts.expandFlow(problem, family, law, 4).map((one: Tensor) => ops.norm(one).item());
        return norms.map((norm) => norm / (norms[0] ?? NaN));
      }),
    ),
  );
  const byOrder = Array.from({ length: 5 }, (_, k) =>
    depths.map((_depth, j) => mean(rows.map((row) => row[j]?.[k] ?? NaN))),
  );
  return { depths, byOrder };
}

function remainderPanel(blocks: Blocks, rows: readonly number[][][]): ClaimPanel {
  return {
    title: `Remainder after the first orders, ${blocks} blocks`,
    x: { title: 'eps, the size of rho', log: true },
    y: { title: 'relative remainder, median over draws', log: true },
    series: Array.from({ length: highest + 1 }, (_, k) => ({
      name: `orders 0 .. ${k}`,
      points: sizes.map((eps, j) => [eps, median(rows.map((row) => row[k]?.[j] ?? NaN))] as const),
    })),
  };
}

/** binom(L, k) / L^k, the total weight of paths through k of L blocks, compared with 1 / k!. */
function sharePanel(): ClaimPanel {
  const orders = Array.from({ length: 9 }, (_, k) => k);
  const share = (depth: number, k: number): number =>
    Array.from({ length: k }, (_, i) => (1 - i / depth) / (i + 1)).reduce((a, b) => a * b, 1);
  return {
    title: 'Weight of all paths through k blocks',
    x: { title: 'k' },
    y: { title: 'binom(L, k) / L^k', log: true },
    series: [
      ...[10, 20, 80].map((depth) => ({
        name: `L = ${depth}`,
        points: orders.map((k) => [k, share(depth, k)] as const),
      })),
      { name: '1 / k!', predicted: true, points: orders.map((k) => [k, share(Infinity, k)] as const) },
    ],
  };
}
