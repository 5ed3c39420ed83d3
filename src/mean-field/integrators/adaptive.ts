/**
 * The adaptive pair of Dormand and Prince, order 5(4), with its continuous extension of order 4: the reference
 * solver for the mean-field ODE. Source: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I,
 * II.4-6.
 */
import { type LongCallOptions, longCallKeys, watchCall } from '../../cancel.ts';
import { checkInteger, checkNumber, checkNumbers, checkOptions, isList, unexpected } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { noGrad, ops, scope, Tensor } from '../../tensor/index.ts';
import { checkFinite } from '../finite.ts';
import { checkReturned, copyFor } from '../user-function.ts';
import { type DenseSolution, everyStep, savedAt } from './record.ts';
import { tableauOf } from './tableau.ts';

/** Options of {@link integrate}. */
export interface AdaptiveOptions extends LongCallOptions {
  /**
   * A step is accepted if the root mean square, over the entries of the state, of (local error) / (absolute +
   * relative |entry|) is at most 1. This bounds the entries jointly: one entry of n may exceed its bound by up to
   * sqrt(n). Default: 1e-10 each for states in f64, 1e-6 for f32.
   */
  readonly relative?: number | undefined;
  readonly absolute?: number | undefined;
  /** Times that no step crosses, such as the breaks of a measure. */
  readonly breaks?: ArrayLike<number> | undefined;
  /** Limit on steps, accepted and rejected. Default: 100,000. */
  readonly maxSteps?: number | undefined;
  /**
   * Keeps only the states at these times and frees the others on the way, so that memory does not grow with steps.
   */
  readonly saveAt?: ArrayLike<number> | undefined;
}

/** dX/dt = field(t, X). `inside` lies within the current piece between two breaks: at a break it selects the side. */
export type VectorField = (t: number, state: Tensor, inside: number) => Tensor;

const pair = tableauOf('dopri5');
/** b - b*; the slope at the end of the step is the seventh stage. */
export const errorWeights = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];
/** The continuous extension's weights of the term in s^2 (1 - s)^2. */
const denseWeights = [
  -12715105075 / 11282082432,
  0,
  87487479700 / 32700410799,
  -10690763975 / 1880347072,
  701980252875 / 199316789632,
  -1453857185 / 822651844,
  69997945 / 29380423,
];

const optionKeys = {
  relative: true,
  absolute: true,
  breaks: true,
  maxSteps: true,
  saveAt: true,
  ...longCallKeys,
} as const;

/**
 * Integrates from `from` to `to`, forwards or backwards. Step sizes scale with the interval, down to the spacing
 * of doubles at t.
 *
 * @throws UsageError if no step fits, if too many are needed, for options out of range, or for a field that does
 * not return a tensor like the state; AbortError if `signal` aborts
 *
 * @example
 * const decay = integrate((t, x) => ops.neg(x), tensor([1], [1], { dtype: 'f64' }), [0, 2]);
 * decay.at(1.5).item(); // exp(-1.5)
 */
export function integrate(
  field: VectorField,
  start: Tensor,
  interval: readonly [number, number] | ArrayLike<number>,
  options: AdaptiveOptions = {},
): DenseSolution {
  checkOptions('integrate', options, optionKeys);
  return integrateAs('integrate', field, start, interval, options);
}

/** {@link integrate} on behalf of another call, which errors and progress name. */
export function integrateAs(
  call: string,
  field: VectorField,
  start: Tensor,
  interval: readonly [number, number] | ArrayLike<number>,
  options: AdaptiveOptions,
): DenseSolution {
  const watch = watchCall(call, options);
  const [from, to] = endsOf(interval);
  checkStart(field, start, from, to);
  const coarsest = start.dtype === 'f64' ? 1e-10 : 1e-6;
  const { relative = coarsest, absolute = coarsest, maxSteps = 100_000 } = options;
  checkNumber('relative', relative, { above: 0 });
  checkNumber('absolute', absolute, { above: 0 });
  checkInteger('maxSteps', maxSteps, { min: 1 });
  const length = Math.abs(to - from);
  const sign = to < from ? -1 : 1;
  const stops = [...breaksBetween(options.breaks, from, to), to].sort((a, b) => (a - b) * sign);
  const record =
    options.saveAt !== undefined ? savedAt(options.saveAt, start, from, to) : everyStep(start, from, to);
  let [accepted, rejected] = [0, 0];
  let h = Math.max(length / 100, 4 * spacingAt(from));
  let [t, x] = [from, start];
  try {
    for (const stop of stops) {
      const inside = t + (stop - t) / 2;
      const here = (time: number, state: Tensor): Tensor => field(time, state, inside);
      while ((stop - t) * sign > 0) {
        if (accepted + rejected >= maxSteps)
          throw new UsageError(
            `${call} reached the limit of ${maxSteps} steps at t = ${t}: loosen the tolerances or raise maxSteps`,
          );
        const next = t + h * sign;
        const end = (stop - next) * sign > 0 ? next : stop;
        const tried = attempt(call, here, t, x, end - t, relative, absolute);
        const step = Math.abs(end - t);
        if (tried.error <= 1) {
          accepted++;
          record.add(end, tried);
          [t, x] = [end, tried.state];
          const factor = Math.min(5, Math.max(0.2, 0.9 * Math.max(tried.error, 1e-10) ** -0.2));
          h = Math.max(step * factor, 2 * spacingAt(t));
        } else {
          rejected++;
          free(tried);
          const finite = Number.isFinite(tried.error);
          const factor = finite ? Math.max(0.2, 0.9 * tried.error ** -0.2) : 0.1;
          // Near the spacing of doubles, a scaled step may round to the same step again.
          h = Math.min(step * factor, step - spacingAt(t));
          if (h < spacingAt(t))
            throw new UsageError(
              `${call} failed at t = ${t}: ${
                finite
                  ? `even the smallest representable step exceeds the tolerances (relative ${relative}, absolute ${absolute})`
                  : 'the field is not smooth or not finite there'
              }`,
            );
        }
        watch(Math.abs(t - from), length);
      }
    }
    return record.solution({ accepted, rejected });
  } catch (error) {
    record.dispose();
    throw error;
  }
}

/** An upper bound of the distance from t to its neighbouring doubles. */
export const spacingAt = (t: number): number => Math.max(Number.EPSILON * Math.abs(t), 2 ** -1022);

/** Rejects longer lists: those are time grids, as other solvers take. */
function endsOf(interval: unknown): readonly [number, number] {
  if (!isList(interval) || interval.length !== 2)
    throw unexpected('[from, to] (put intermediate times in saveAt)', 'the interval', interval);
  return interval as unknown as readonly [number, number];
}

function checkStart(field: VectorField, start: Tensor, from: number, to: number): void {
  if (typeof field !== 'function') throw unexpected('a function (t, state) => tensor', 'the field', field);
  if (!(start instanceof Tensor)) throw unexpected('a tensor', 'the start', start);
  if (start.size === 0 || (start.dtype !== 'f64' && start.dtype !== 'f32'))
    throw new UsageError(
      `expected a state of f64 or f32 with at least one entry, got ${start.dtype} [${start.shape.join(', ')}]`,
    );
  checkFinite('the start', start);
  checkNumber('the start of the interval', from);
  checkNumber('the end of the interval', to);
  checkNumber('the length of the interval', to - from);
}

function breaksBetween(given: ArrayLike<number> = [], from: number, to: number): number[] {
  const breaks = checkNumbers('breaks', given);
  breaks.forEach((t, i) => checkNumber(`break ${i}`, t));
  return breaks.filter((t) => t > Math.min(from, to) && t < Math.max(from, to));
}

interface Attempt {
  readonly state: Tensor;
  /** The root mean square of the entries' errors over their bounds; accepted if at most 1. */
  readonly error: number;
  /** Tensors for interpolation. */
  readonly piece: Tensor[];
}

/** Frees the tensors of a step; `piece` starts with the state before it. */
function free({ state, piece }: Omit<Attempt, 'error'>, kept?: Tensor): void {
  for (const tensor of [state, ...piece.slice(1)]) if (tensor !== kept) tensor.dispose();
}

function attempt(
  call: string,
  field: (t: number, state: Tensor) => Tensor,
  t: number,
  x: Tensor,
  h: number,
  relative: number,
  absolute: number,
): Attempt {
  return noGrad(() =>
    scope(() => {
      const slopes: Tensor[] = [];
      const combine = (weights: readonly number[], base?: Tensor): Tensor => {
        const terms = weights.flatMap((weight, i) =>
          weight === 0 ? [] : [ops.mulScalar(slopes[i]!, h * weight)],
        );
        const sum = terms.reduce((a, b) => ops.add(a, b));
        return base ? ops.add(base, sum) : sum;
      };
      const like = { shape: x.shape, dtype: x.dtype, device: x.device };
      // The field may overwrite its input, and return the same tensor each time.
      const slopeAt = (time: number, own: Tensor): Tensor =>
        copyFor(checkReturned(`the field of ${call} at t = ${time}`, field(time, own), like));
      pair.c.forEach((c, s) => {
        slopes.push(slopeAt(t + c * h, s === 0 ? copyFor(x) : combine(pair.a[s] ?? [], x)));
      });
      const state = combine(pair.b, x);
      slopes.push(slopeAt(t + h, copyFor(state)));
      const bound = ops.addScalar(ops.mulScalar(ops.maximum(ops.abs(x), ops.abs(state)), relative), absolute);
      const scaled = ops.div(combine(errorWeights), bound);
      const error = Math.sqrt(ops.mean(ops.mul(scaled, scaled)).item());
      const difference = ops.sub(state, x);
      const left = ops.sub(ops.mulScalar(slopes[0]!, h), difference);
      const right = ops.sub(ops.sub(difference, ops.mulScalar(slopes[6]!, h)), left);
      return { state, error, piece: [x, difference, left, right, combine(denseWeights)] };
    }),
  );
}
