/** The lengths of the paths that carry the gradient: the binomial law, measured path by path and order by order. */
import { CounterStream } from '../../data/index.ts';
import type { AnalysisSection, ClaimPanel } from '../../runs/index.ts';
import { ops, scope, type Tensor } from '../../tensor/index.ts';
import { atMost } from '../../theory/index.ts';
import type { DrawOptions } from './deletion.ts';
import { binomial, drawSubsets, spreadOver } from './draws.ts';
import { imageNorms, overBatches } from './linearised.ts';
import { blockCount, type OpenNet } from './net.ts';
import { gradientByOrder, gradientsOfPaths, type Piece } from './paths.ts';
import type { Batch } from './plans.ts';
import { section, short } from './section.ts';

/** Path statistics of one part of the net: the whole net, or a stage. */
interface PathLengths {
  readonly piece: string;
  readonly blocks: number;
  /** k = 0 .. n. */
  readonly lengths: readonly number[];
  /** C(n, k) / 2^n: the share of all paths. */
  readonly counted: readonly number[];
  /** Mean over paths of length k (all, or a sample) and images of norm(g_S); undefined if not measured. */
  readonly pathNorm: readonly (number | undefined)[];
  /** Number of paths measured of each length. */
  readonly draws: readonly number[];
  /**
   * C(n, k) pathNorm_k divided by its sum: the share of all path gradients. Norms between measured lengths are
   * interpolated in log.
   */
  readonly measured: readonly number[];
  /** sum_x g_k . g / sum_x g . g: the contribution of order k along the gradient g; the sum over k is 1. */
  readonly signed: readonly number[];
  /** Mean norm(g_k) over mean norm(g). */
  readonly orderNorm: readonly number[];
  /** The mean path length under `measured`, and under the count (n / 2). */
  readonly meanLength: number;
  /** norm(sum_k g_k - g) / norm(g), g by the adjoint. */
  readonly sumError: number;
}

/** Maximum number of lengths whose paths are measured one by one. */
const maxLengths = 13;

class Sums {
  readonly path: number[];
  readonly order: number[];
  readonly along: number[];
  norm = 0;
  square = 0;
  rest = 0;
  constructor(n: number) {
    const zero = (): number[] => new Array<number>(n + 1).fill(0);
    this.path = zero();
    this.order = zero();
    this.along = zero();
  }
}

export function measurePaths(
  net: OpenNet,
  batches: readonly Batch[],
  { draws, seed }: DrawOptions,
): PathLengths[] {
  const pieces = [
    { name: 'whole net', n: blockCount(net), stage: undefined },
    ...net.stages.map(({ name, blocks }, s) => ({ name, n: blocks.length, stage: s })),
  ].filter(({ n }) => n > 0);
  const drawn = pieces.map(({ n }, i) =>
    spreadOver(n, maxLengths).map((k) => ({
      k,
      items: drawSubsets(n, k, draws, new CounterStream(seed, 'analysis', 3 + i, k)).items,
    })),
  );
  const sums = pieces.map(({ n }) => new Sums(n));
  const count = overBatches(net, batches, (linear, costates) => {
    pieces.forEach(({ stage }, i) => {
      const at = linear.links.map((link, j) => ({ link, j }));
      const own =
        stage === undefined ? at : at.filter(({ link }) => link.kind === 'block' && link.s === stage);
      const piece = { links: own.map(({ link }) => link), end: costates[own.at(-1)!.j + 1]! };
      addPiece(piece, costates[own[0]!.j]!, drawn[i]!, sums[i]!);
    });
  });
  return pieces.map(({ name, n }, i) => lengthsOf(name, n, drawn[i]!, sums[i]!, count));
}

interface DrawnLength {
  readonly k: number;
  readonly items: readonly (readonly number[])[];
}

function addPiece(piece: Piece, gradient: Tensor, drawn: readonly DrawnLength[], sums: Sums): void {
  const total = (x: Tensor): number => ops.sum(imageNorms(x)).item();
  scope(() => {
    const orders = gradientByOrder(piece);
    orders.forEach((order, k) => {
      sums.order[k]! += total(order);
      sums.along[k]! += ops.sum(ops.mul(order, gradient)).item();
    });
    sums.norm += total(gradient);
    sums.square += ops.norm(gradient).item() ** 2;
    const sum = orders.reduce((so, order) => ops.add(so, order));
    sums.rest += ops.norm(ops.sub(sum, gradient)).item() ** 2;
  });
  const lengths = drawn.flatMap(({ k, items }) => items.map(() => ({ k, share: 1 / items.length })));
  gradientsOfPaths(
    piece,
    drawn.flatMap(({ items }) => items),
    (index, path) => {
      const { k, share } = lengths[index]!;
      sums.path[k]! += share * scope(() => total(path));
    },
  );
}

function lengthsOf(
  piece: string,
  n: number,
  drawn: readonly DrawnLength[],
  sums: Sums,
  count: number,
): PathLengths {
  const lengths = Array.from({ length: n + 1 }, (_, k) => k);
  const known = new Map(drawn.map(({ k, items }) => [k, items.length]));
  const pathNorm = lengths.map((k) => (known.has(k) ? (sums.path[k] ?? NaN) / count : undefined));
  const weights = interpolated(pathNorm).map((norm, k) => norm * binomial(n, k));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const measured = weights.map((weight) => weight / whole);
  return {
    piece,
    blocks: n,
    lengths,
    counted: lengths.map((k) => binomial(n, k) / 2 ** n),
    pathNorm,
    draws: lengths.map((k) => known.get(k) ?? 0),
    measured,
    signed: sums.along.map((along) => along / sums.square),
    orderNorm: sums.order.map((order) => order / sums.norm),
    meanLength: meanOf(measured),
    sumError: Math.sqrt(sums.rest / sums.square),
  };
}

/** Fills gaps geometrically from both sides; the ends are known. */
export function interpolated(values: readonly (number | undefined)[]): number[] {
  const known = values.flatMap((value, k) => (value === undefined ? [] : [k]));
  return values.map((value, k) => {
    if (value !== undefined) return value;
    const after = known.findIndex((at) => at > k);
    const [from, to] = [known[after - 1] ?? 0, known[after] ?? 0];
    const share = (k - from) / (to - from);
    return (values[from] ?? NaN) ** (1 - share) * (values[to] ?? NaN) ** share;
  });
}

/** The mean of k under shares that sum to 1. */
const meanOf = (shares: readonly number[]): number => shares.reduce((sum, share, k) => sum + k * share, 0);

export function pathsSection(pieces: readonly PathLengths[]): AnalysisSection {
  const [whole] = pieces;
  const panels = pieces.filter(({ blocks }, i) => i === 0 || blocks > 1).map(sharePanel);
  return section({
    id: 'paths',
    title: 'Path lengths',
    question:
      'Is the net an ensemble of shallow nets? How many blocks lie on the paths that carry its gradient, and what does each order of the expansion contribute?',
    sentence: whole
      ? `Paths pass ${short(whole.blocks / 2)} of ${whole.blocks} blocks on average; weighted with the gradient through them, ${short(whole.meanLength)}; weighted with the contribution of each order to the gradient, ${short(meanOf(whole.signed))}.`
      : 'There are no exchangeable blocks.',
    caption:
      'Dashed: binom(n, k) / 2^n, the fraction of paths of each length. Paths: binom(n, k) times the mean norm of the gradient through one path of k blocks. Orders: the contribution of all paths of length k along the gradient; the sum over k is 1. Last: the gradient through one path, at the start of the piece.',
    checks: pieces.map(({ piece, sumError }) =>
      atMost(
        { name: `${piece}: sum over orders against the gradient, relative error`, measured: sumError },
        1e-10,
      ),
    ),
    reported: whole
      ? {
          'mean path length by count': whole.blocks / 2,
          'mean path length by gradient of single paths': whole.meanLength,
          'mean order of the gradient': meanOf(whole.signed),
          'share of the gradient without any block (order 0)': whole.signed[0] ?? NaN,
        }
      : {},
    panels: [...panels, ...(whole ? [normPanel(pieces)] : [])],
  });
}

const lengthAxis = { title: 'path length k: blocks passed through', whole: true };

function sharePanel({ piece, lengths, counted, measured, signed }: PathLengths): ClaimPanel {
  const along = (shares: readonly number[]): [number, number][] => lengths.map((k) => [k, shares[k] ?? NaN]);
  return {
    title: piece === 'whole net' ? 'Shares by path length, whole net' : `Shares by path length, ${piece}`,
    x: lengthAxis,
    y: { title: 'share', zero: true },
    series: [
      { name: 'paths', points: along(measured) },
      { name: 'orders', points: along(signed) },
      { name: 'count', predicted: true, points: along(counted) },
    ],
  };
}

function normPanel(pieces: readonly PathLengths[]): ClaimPanel {
  return {
    title: 'Gradient through one path',
    x: lengthAxis,
    y: { title: 'mean norm', log: true },
    series: pieces.map(({ piece, lengths, pathNorm }) => ({
      name: piece,
      points: lengths.flatMap((k): [number, number][] => {
        const norm = pathNorm[k];
        return norm === undefined ? [] : [[k, norm]];
      }),
    })),
  };
}
