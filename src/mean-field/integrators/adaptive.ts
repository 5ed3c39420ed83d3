/**
 * The adaptive pair of Dormand and Prince, order 5(4) (Hairer, Norsett, Wanner I, II.4-6), with its continuous
 * extension of order 4: the reference solution of the mean-field ODE.
 */
import { checkNumber } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import { tableauOf } from './tableau.ts';

export interface AdaptiveOptions {
  /** Bounds on the local error of each entry: absolute + relative times its size. Default: 1e-10 each. */
  readonly relative?: number;
  readonly absolute?: number;
  /** Times that no step crosses, such as the break points of a measure. */
  readonly breaks?: readonly number[];
  /** Default: 100,000. */
  readonly maxSteps?: number;
}

export interface DenseSolution {
  /** The accepted times, and the states there. */
  readonly times: readonly number[];
  readonly states: readonly Tensor[];
  readonly rejected: number;
  /** The state at any time between the first and the last, of order 4. The tensor belongs to the caller's scope. */
  at(t: number): Tensor;
}

/** dX/dt = field(t, X). `inside` lies within the piece between two breaks that is being solved: at a break it tells the side. */
export type VectorField = (t: number, state: Tensor, inside: number) => Tensor;

const pair = tableauOf('dopri5');
/** b - b*, with the slope at the end of the step as seventh stage. */
export const errorWeights = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];
/** Of the continuous extension: the term in s^2 (1 - s)^2. */
const denseWeights = [
  -12715105075 / 11282082432,
  0,
  87487479700 / 32700410799,
  -10690763975 / 1880347072,
  701980252875 / 199316789632,
  -1453857185 / 822651844,
  69997945 / 29380423,
];

/**
 * Integrates from `from` to `to`, forwards or backwards.
 *
 * @throws UsageError if the step becomes too small or too many are needed
 */
export function integrate(
  field: VectorField,
  start: Tensor,
  [from, to]: readonly [number, number],
  options: AdaptiveOptions = {},
): DenseSolution {
  const { relative = 1e-10, absolute = 1e-10, breaks = [], maxSteps = 100_000 } = options;
  checkNumber('relative', relative, { above: 0 });
  checkNumber('absolute', absolute, { above: 0 });
  const sign = Math.sign(to - from);
  const stops = [...breaks.filter((t) => (t - from) * sign > 0 && (to - t) * sign > 0), to].sort(
    (a, b) => (a - b) * sign,
  );
  const times = [from];
  const states = [start];
  const pieces: Tensor[][] = [];
  let rejected = 0;
  let h = Math.abs(to - from) / 100;
  let [t, x] = [from, start];
  for (const stop of stops) {
    const inside = (t + stop) / 2;
    const here = (time: number, state: Tensor): Tensor => field(time, state, inside);
    while ((stop - t) * sign > 1e-14) {
      if (times.length + rejected > maxSteps)
        throw new UsageError(`the adaptive solution needs more than ${maxSteps} steps: loosen its tolerance`);
      const remaining = Math.abs(stop - t);
      const step = Math.min(h, remaining);
      const tried = attempt(here, t, x, step * sign, relative, absolute);
      if (!(tried.error <= 1)) {
        rejected++;
        h = step * (Number.isFinite(tried.error) ? Math.max(0.2, 0.9 * tried.error ** -0.2) : 0.1);
        if (h < 1e-14)
          throw new UsageError(`the adaptive solution is stuck at t = ${t}: the field is not smooth there`);
        continue;
      }
      t = step === remaining ? stop : t + step * sign;
      x = tried.state;
      times.push(t);
      states.push(x);
      pieces.push(tried.piece);
      h = step * Math.min(5, Math.max(0.2, 0.9 * Math.max(tried.error, 1e-10) ** -0.2));
    }
  }
  const at = (time: number): Tensor => {
    const last = Math.max(0, pieces.length - 1);
    const later = times.findIndex((one, i) => i > 0 && (one - time) * sign >= 0);
    const index = later < 0 ? last : later - 1;
    const [t0 = 0, t1 = 1] = times.slice(index, index + 2);
    return interpolate(pieces[index] ?? [], (time - t0) / (t1 - t0));
  };
  return { times, states, rejected, at };
}

interface Attempt {
  readonly state: Tensor;
  /** Root mean square of the local error over its bound: at most 1 is accepted. */
  readonly error: number;
  /** What interpolation needs. */
  readonly piece: Tensor[];
}

function attempt(
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
      pair.c.forEach((c, s) => {
        slopes.push(field(t + c * h, s === 0 ? x : combine(pair.a[s] ?? [], x)));
      });
      const state = combine(pair.b, x);
      slopes.push(field(t + h, state));
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
