/** Records of an adaptive solution: all steps, or only the states at given times. */
import { checkNumber, checkNumbers, unexpected } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';

/** The solution of an adaptive integration, with dense output. */
export interface DenseSolution {
  /** The times of accepted steps, or those in `saveAt`, in the direction of integration; and the states there. */
  readonly times: readonly number[];
  readonly states: readonly Tensor[];
  /** Numbers of accepted and rejected steps. */
  readonly accepted: number;
  readonly rejected: number;
  /**
   * Tensors for interpolation in `at`, one list per step, kept by a scope that returns the solution. Empty with
   * `saveAt`.
   */
  readonly pieces: readonly (readonly Tensor[])[];
  /**
   * The state at a time in the interval, interpolated with order 4. The caller's scope owns the tensor.
   *
   * @throws UsageError for NaN, a time outside the interval, or with `saveAt` any other time
   */
  at(t: number): Tensor;
}

/** An accepted step. */
export interface Step {
  readonly state: Tensor;
  /** Tensors for {@link interpolate}; the first is the state before the step. */
  readonly piece: readonly Tensor[];
}

export interface Record {
  /** Takes ownership of the tensors of a step that ends at `end`. */
  add(end: number, step: Step): void;
  solution(counts: Pick<DenseSolution, 'accepted' | 'rejected'>): DenseSolution;
  /** Frees everything except the initial state. */
  dispose(): void;
}

/** Checks that a time lies in the interval, and moves it inside if rounding put it just outside. */
function inInterval(t: number, from: number, to: number, name: string): number {
  checkNumber(name, t);
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  const rounding = 8 * Number.EPSILON * Math.max(Math.abs(from), Math.abs(to));
  if (t < low - rounding || t > high + rounding)
    throw new UsageError(`${name} is ${t}, outside the integration interval [${from}, ${to}]`);
  return Math.min(high, Math.max(low, t));
}

export function everyStep(start: Tensor, from: number, to: number): Record {
  const sign = to < from ? -1 : 1;
  const times = [from];
  const states = [start];
  const pieces: (readonly Tensor[])[] = [];
  const at = (time: number): Tensor => {
    const t = inInterval(time, from, to, 't');
    let [low, high] = [0, times.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((times[middle]! - t) * sign >= 0) high = middle;
      else low = middle + 1;
    }
    if (times[low] === t) return noGrad(() => ops.clone(states[low]!));
    const [t0, t1] = [times[low - 1]!, times[low]!];
    return interpolate(pieces[low - 1]!, (t - t0) / (t1 - t0));
  };
  return {
    add(end, { state, piece }) {
      times.push(end);
      states.push(state);
      pieces.push(piece);
    },
    solution: (counts) => ({ times, states, ...counts, pieces, at }),
    dispose() {
      pieces.forEach((piece, i) => {
        for (const tensor of [states[i + 1]!, ...piece.slice(1)]) tensor.dispose();
      });
    },
  };
}

export function savedAt(saveAt: ArrayLike<number>, start: Tensor, from: number, to: number): Record {
  const wanted = checkNumbers('saveAt', saveAt);
  if (wanted.length === 0) throw unexpected('a list of times (at least one)', 'saveAt', saveAt);
  const sign = to < from ? -1 : 1;
  const times = wanted.map((t, i) => inInterval(t, from, to, `saveAt ${i}`)).sort((a, b) => (a - b) * sign);
  const states: Tensor[] = [];
  let begin = from;
  let last: Tensor | undefined;
  while (times[states.length] === from) states.push(noGrad(() => ops.clone(start)));
  return {
    add(end, { state, piece }) {
      for (let t = times[states.length]; t !== undefined && (end - t) * sign >= 0; t = times[states.length])
        states.push(
          t === end ? noGrad(() => ops.clone(state)) : interpolate(piece, (t - begin) / (end - begin)),
        );
      for (const tensor of piece.slice(1)) tensor.dispose();
      last?.dispose();
      [begin, last] = [end, state];
    },
    solution(counts) {
      last?.dispose();
      const at = (time: number): Tensor => {
        const i = times.indexOf(inInterval(time, from, to, 't'));
        if (i < 0)
          throw new UsageError(`t = ${time} is not in saveAt: omit saveAt for a solution at every time`);
        return noGrad(() => ops.clone(states[i]!));
      };
      return { times, states, ...counts, pieces: [], at };
    },
    dispose() {
      for (const tensor of [...states, ...(last ? [last] : [])]) tensor.dispose();
    },
  };
}

/** x + s (D + (1 - s) (B + s (C + (1 - s) E))). */
function interpolate([x, difference, left, right, bend]: readonly Tensor[], s: number): Tensor {
  return noGrad(() =>
    scope(() => {
      const inner = ops.add(right!, bend!, 1 - s);
      const middle = ops.add(left!, inner, s);
      const outer = ops.add(difference!, middle, 1 - s);
      return ops.add(x!, outer, s);
    }),
  );
}
