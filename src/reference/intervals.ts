import { addAt, addScaled, at, denseArray, inner } from './array.ts';
import type { DenseArray, Differentiable, Evaluated } from './array.ts';
import type { Block } from './block.ts';
import { sortByTau } from './schedule.ts';

/** The contribution of a started block to one segment of depth. */
interface Part {
  readonly block: number;
  readonly length: number;
  /** The length ends at the block's own tauEnd, not at the end of the segment. */
  readonly endsItself: boolean;
  /** The length starts at the block's own tau, not at the start of the segment. */
  readonly startsItself: boolean;
}

/** The record of one segment, from one start to the next. */
interface Segment {
  readonly starting: number;
  readonly next: number | undefined;
  readonly branch: Evaluated;
  readonly parts: readonly Part[];
  /** Undefined if the next block starts at the same depth: the state stays as it is. */
  readonly projected: Evaluated | undefined;
}

/**
 * Blocks that act on intervals of depth. With the starts sorted, s_0 <= s_1 <= .., X(s_0) = X(0) and s_n the
 * horizon, X(s_(k+1)) = P( X(s_k) + sum over started blocks i of length([tau_i, tauEnd_i] cut with [s_k, s_(k+1)])
 * f_i(X(tau_i)) ): each block is evaluated once, on the state at its start. Between equal starts the state stays,
 * without P.
 *
 * The length is max(min(tauEnd_i, s_(k+1)) - max(tau_i, s_k), 0), and its derivative is that of this formula. In a
 * tie, min and max follow the block's own tauEnd and tau. A length of 0 passes no derivative, so where intervals
 * touch the derivative is the one-sided one in the direction in which they part. The exception is a block of width
 * 0 at its start, which can open again.
 * @param horizon the end of depth, Infinity if it is free
 * @throws RangeError for a start beyond the horizon
 */
export function runIntervals(
  blocks: readonly Block[],
  projection: Differentiable,
  tau: Float64Array,
  tauEnd: Float64Array,
  horizon: number,
  state: DenseArray,
): {
  value: DenseArray;
  readonly backward: (cotangent: DenseArray) => {
    state: DenseArray;
    tau: Float64Array;
    tauEnd: Float64Array;
  };
} {
  const order = sortByTau(tau);
  const started: { block: number; value: DenseArray }[] = [];
  const segments: Segment[] = [];
  let value = state;
  order.forEach((starting, k) => {
    const block = blocks[starting];
    if (block === undefined)
      throw new RangeError(`block ${starting} is out of range for ${blocks.length} blocks`);
    const from = at(tau, starting);
    const next = order[k + 1];
    const to = next === undefined ? horizon : at(tau, next);
    if (from > horizon)
      throw new RangeError(`intervals: block ${starting} starts at ${from}, beyond the horizon ${horizon}`);
    const branch = block.forward(value);
    started.push({ block: starting, value: branch.value });
    if (to === from) {
      segments.push({ starting, next, branch, parts: [], projected: undefined });
      return;
    }
    const parts: Part[] = [];
    let sum = value;
    for (const { block: i, value: f } of started) {
      const length = Math.min(at(tauEnd, i), to) - Math.max(at(tau, i), from);
      const startsItself = at(tau, i) >= from;
      if (!(length > 0 || (length === 0 && startsItself))) continue;
      parts.push({ block: i, length, endsItself: at(tauEnd, i) <= to, startsItself });
      sum = addScaled(sum, length, f);
    }
    const projected = projection(sum);
    segments.push({ starting, next, branch, parts, projected });
    value = projected.value;
  });

  return {
    value,
    backward(cotangent) {
      const dTau = new Float64Array(tau.length);
      const dTauEnd = new Float64Array(tau.length);
      const branches = new Map(segments.map(({ starting, branch }) => [starting, branch.value] as const));
      const dBranch = new Map(segments.map(({ starting, branch }) => [starting, zerosLike(branch.value)]));
      let p = cotangent;
      for (const { starting, next, branch, parts, projected } of [...segments].reverse()) {
        if (projected !== undefined) p = projected.backward(p);
        for (const { block, length, endsItself, startsItself } of parts) {
          const f = known(branches, block);
          const dLength = inner(f, p);
          dBranch.set(block, addScaled(known(dBranch, block), length, p));
          if (endsItself) addAt(dTauEnd, block, dLength);
          else if (next !== undefined) addAt(dTau, next, dLength);
          addAt(dTau, startsItself ? block : starting, -dLength);
        }
        p = addScaled(p, 1, branch.backward(known(dBranch, starting)));
      }
      return { state: p, tau: dTau, tauEnd: dTauEnd };
    },
  };
}

function zerosLike(x: DenseArray): DenseArray {
  return denseArray(x.shape);
}

function known<V>(map: ReadonlyMap<number, V>, key: number): V {
  const value = map.get(key);
  if (value === undefined) throw new RangeError(`block ${key} has not started`);
  return value;
}
