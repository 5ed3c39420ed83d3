/** The interval measure of the talk: rho_n = sum_i w_i delta_{theta_i} 1_[tau_i, tau'_i](t). */
import { checkNeededOptions, checkNumbers } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { sortedOrder } from '../order.ts';
import { ones, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import { checkAtoms, checkSameShape, checkShapeOfTheta, checkStep, type ParticleMeasure } from './measure.ts';

/** Options of {@link intervalMeasure}. */
export interface IntervalOptions {
  /** tau_i, the depths at which particles begin to act, [n]. */
  readonly tau: ArrayLike<number>;
  /**
   * tau'_i, the depths at which they stop acting, [n]. Default: the sorted intervals tile the depth as in
   * Algorithm 1, [tau^{l-1}, tau^l].
   */
  readonly tauEnd?: ArrayLike<number> | undefined;
  /** [n]. Default: 1, so that intervals that tile the depth form a probability at every t. */
  readonly weight?: Tensor | undefined;
  readonly signed?: boolean | undefined;
}

/** rho(theta, t) = sum_i w_i delta_{theta_i} over the particles i with tau_i <= t < tau'_i. */
export interface IntervalMeasure extends ParticleMeasure {
  /** [n, k]. */
  readonly theta: Tensor;
  /** [n]. */
  readonly weight: Tensor;
  readonly tau: readonly number[];
  readonly tauEnd: readonly number[];
  /** 0 = t_0 < .. < t_L: the depths at which a particle begins or ends. */
  readonly breaks: readonly number[];
  /** The indices of the particles that act in step l. */
  members(l: number): readonly number[];
  /** The members of each step as i64 tensors. Like theta and weight, they belong to the scope of the measure. */
  readonly memberIndices: readonly Tensor[];
  /** A measure with the same intervals and weights and other particles. */
  withTheta(theta: Tensor): IntervalMeasure;
  /** A measure with the same intervals and particles and other weights. */
  withWeight(weight: Tensor): IntervalMeasure;
}

/**
 * Sorted tiles: the particle of rank l acts on [tau^{l-1}, tau^l], tau^{-1} = 0.
 *
 * @throws UsageError unless `tau` is a list of depths, finite and not negative
 */
export function tiles(tau: ArrayLike<number>): { tau: number[]; tauEnd: number[] } {
  const ends = checkNumbers('tau', tau, { min: 0 });
  const order = sortedOrder(ends);
  const begin: number[] = [];
  order.forEach((i, rank) => {
    begin[i] = rank === 0 ? 0 : (ends[order[rank - 1] ?? 0] ?? 0);
  });
  return { tau: begin, tauEnd: [...ends] };
}

/**
 * The interval measure of n particles, each on its own interval of depth.
 *
 * @param theta - [n, k]
 * @throws UsageError for an end before its beginning, negative depths or weights, NaN, wrong counts
 */
export function intervalMeasure(theta: Tensor, options: IntervalOptions): IntervalMeasure {
  checkNeededOptions('intervalMeasure', options, { tau: true, tauEnd: true, weight: true, signed: true });
  checkShapeOfTheta(theta, 2, '[n, k]');
  const [n = 0] = theta.shape;
  const weight = options.weight ?? ones([n], { dtype: theta.dtype, device: theta.device });
  if (weight.shape.join() !== String(n))
    throw new UsageError(`weight: expected [${n}], got shape [${weight.shape.join(', ')}]`);
  const given = checkDepths('tau', options.tau, n);
  const places = options.tauEnd !== undefined ? { tau: given, tauEnd: options.tauEnd } : tiles(given);
  const tau = Object.freeze(places.tau);
  const tauEnd = checkDepths('tauEnd', places.tauEnd, n);
  tau.forEach((start, i) => {
    const end = tauEnd[i] ?? NaN;
    if (end < start) throw new UsageError(`particle ${i} ends before it begins: tau ${start}, tauEnd ${end}`);
  });
  checkAtoms(theta, weight, options.signed);
  return unchecked(theta, weight, placesOf(tau, tauEnd, theta.device));
}

/** Checks depths and returns a frozen copy. */
function checkDepths(name: string, given: ArrayLike<number>, n: number): readonly number[] {
  const values = checkNumbers(name, given);
  if (values.length !== n) throw new UsageError(`${n} particles need ${n} ${name}, got ${values.length}`);
  values.forEach((depth, i) => {
    if (!Number.isFinite(depth) || depth < 0)
      throw new UsageError(`${name} of particle ${i} is ${depth}: depths must be finite and not negative`);
  });
  return values;
}

/** The part of an interval measure that does not depend on theta. */
type Places = Pick<IntervalMeasure, 'tau' | 'tauEnd' | 'breaks' | 'steps' | 'members' | 'memberIndices'>;

function placesOf(tau: readonly number[], tauEnd: readonly number[], device: string): Places {
  const breaks = Object.freeze([...new Set([0, ...tau, ...tauEnd])].sort((a, b) => a - b));
  if (breaks.length < 2) throw new UsageError('no particle acts: every interval is empty');
  const steps = Object.freeze(breaks.slice(1).map((t, l) => t - (breaks[l] ?? 0)));
  const members = steps.map((_, l) => {
    const [from = 0, to = 0] = breaks.slice(l, l + 2);
    return Object.freeze(tau.flatMap((start, i) => (start <= from && (tauEnd[i] ?? 0) >= to ? [i] : [])));
  });
  // Created once: a gradient flow reads them thousands of times.
  const memberIndices = members.map((list) =>
    scope(() => tensor(BigInt64Array.from(list, BigInt), undefined, { device })),
  );
  return { tau, tauEnd, breaks, steps, members: (l) => members[l] ?? [], memberIndices };
}

function unchecked(theta: Tensor, weight: Tensor, places: Places): IntervalMeasure {
  const { steps } = places;
  const indexOf = (l: number): Tensor => places.memberIndices[l]!;
  return {
    ...places,
    theta,
    weight,
    particles(l) {
      checkStep(l, steps);
      return {
        theta: ops.indexSelect(theta, 0, indexOf(l)),
        weight: ops.indexSelect(weight, 0, indexOf(l)),
      };
    },
    accumulate(l, part, into, factor) {
      if (places.members(l).length)
        scope(() => {
          ops.indexAdd_(into, 0, indexOf(l), part, factor);
        });
    },
    withTheta(other) {
      checkSameShape('theta', other, theta);
      return unchecked(other, weight, places);
    },
    withWeight(other) {
      checkSameShape('weight', other, weight);
      return unchecked(theta, other, places);
    },
  };
}
