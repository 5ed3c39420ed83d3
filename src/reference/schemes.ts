import {
  addAt,
  addScaled,
  at,
  inner,
  scaled,
  type DenseArray,
  type Differentiable,
  type Evaluated,
} from './array.ts';
import type { Block } from './block.ts';
import { runIntervals } from './intervals.ts';
import { sortByTau, type ScheduleParameters, type SchemeName } from './schedule.ts';

/** Options of {@link runStage}. */
export interface StageOptions {
  /** `mean-field`, `no-reorder`: tau of the block created last is constant, with gradient 0. */
  readonly pinnedLast?: boolean;
  /** `intervals`: the end of depth, Infinity if it is free. */
  readonly horizon?: number;
}

/** The value of a stage and, after `backward`, the gradient of its scheme's parameters. */
export interface EvaluatedStage {
  readonly value: DenseArray;
  readonly backward: (cotangent: DenseArray) => { state: DenseArray; schedule: ScheduleParameters };
}

/**
 * A stage of n exchangeable blocks f_i under one of the five schemes, with projection P:
 * - `vanilla`: X <- P(X + f_i(X)), i in creation order;
 * - `mean-field` (Algorithm 1): blocks sorted by tau, X <- P(X + h_l f_(l)(X)), h_l = tau_(l) - tau_(l-1),
 *   tau_(-1) = 0;
 * - `no-reorder`: creation order, h_i = max(tau_i - tau_(i-1), 0);
 * - `learned-step`: creation order, X <- P(X + step_i f_i(X));
 * - `intervals`: see {@link runIntervals}.
 *
 * Derivatives are taken at the current order: dE/dtau_(l) = dE/dh_l - dE/dh_(l+1).
 * @throws RangeError if a list of the schedule is missing or its length differs from that of `blocks`
 */
export function runStage(
  scheme: SchemeName,
  blocks: readonly Block[],
  projection: Differentiable,
  schedule: ScheduleParameters,
  state: DenseArray,
  options: StageOptions = {},
): EvaluatedStage {
  const n = blocks.length;
  const list = (name: keyof ScheduleParameters): Float64Array => {
    const values = schedule[name];
    if (values?.length !== n)
      throw new RangeError(`${scheme}: ${n} blocks need ${n} ${name}, got ${values?.length ?? 'none'}`);
    return values;
  };
  const creationOrder = blocks.map((_, i) => i);
  const { pinnedLast = false, horizon = Infinity } = options;

  switch (scheme) {
    case 'vanilla': {
      const run = runSequence(blocks, projection, creationOrder, new Float64Array(n).fill(1), state);
      return { value: run.value, backward: (p) => ({ state: run.backward(p).state, schedule: {} }) };
    }
    case 'learned-step': {
      const run = runSequence(blocks, projection, creationOrder, list('step'), state);
      return {
        value: run.value,
        backward(p) {
          const { state: dState, gaps } = run.backward(p);
          return { state: dState, schedule: { step: gaps } };
        },
      };
    }
    case 'mean-field':
    case 'no-reorder': {
      const tau = list('tau');
      const order = scheme === 'mean-field' ? sortByTau(tau) : creationOrder;
      const raw = Float64Array.from(order, (i, l) => at(tau, i) - (l === 0 ? 0 : at(tau, at(order, l - 1))));
      const clipped = scheme === 'no-reorder';
      const gaps = clipped ? raw.map((h) => Math.max(h, 0)) : raw;
      const run = runSequence(blocks, projection, order, gaps, state);
      return {
        value: run.value,
        backward(p) {
          const { state: dState, gaps: dGaps } = run.backward(p);
          const dTau = new Float64Array(n);
          order.forEach((i, l) => {
            if (clipped && !(at(raw, l) > 0)) return;
            addAt(dTau, i, at(dGaps, l));
            if (l > 0) addAt(dTau, at(order, l - 1), -at(dGaps, l));
          });
          if (pinnedLast && n > 0) dTau[n - 1] = 0;
          return { state: dState, schedule: { tau: dTau } };
        },
      };
    }
    case 'intervals': {
      const run = runIntervals(blocks, projection, list('tau'), list('tauEnd'), horizon, state);
      return {
        value: run.value,
        backward(p) {
          const { state: dState, tau, tauEnd } = run.backward(p);
          return { state: dState, schedule: { tau, tauEnd } };
        },
      };
    }
  }
}

/** X <- P(X + gaps[l] f_order[l](X)) for l = 0, 1, ..; the gradient of the gaps is by position l. */
function runSequence(
  blocks: readonly Block[],
  projection: Differentiable,
  order: readonly number[],
  gaps: Float64Array,
  state: DenseArray,
): {
  value: DenseArray;
  readonly backward: (cotangent: DenseArray) => { state: DenseArray; gaps: Float64Array };
} {
  const steps: { gap: number; branch: Evaluated; projected: Evaluated }[] = [];
  let value = state;
  order.forEach((i, l) => {
    const block = blocks[i];
    if (block === undefined) throw new RangeError(`block ${i} is out of range for ${blocks.length} blocks`);
    const gap = at(gaps, l);
    const branch = block.forward(value);
    const projected = projection(addScaled(value, gap, branch.value));
    steps.push({ gap, branch, projected });
    value = projected.value;
  });
  return {
    value,
    backward(cotangent) {
      const dGaps = new Float64Array(gaps.length);
      let p = cotangent;
      for (const [l, { gap, branch, projected }] of [...steps.entries()].reverse()) {
        const q = projected.backward(p);
        dGaps[l] = inner(q, branch.value);
        p = addScaled(q, 1, branch.backward(scaled(gap, q)));
      }
      return { state: p, gaps: dGaps };
    },
  };
}
