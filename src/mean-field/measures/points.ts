/** Particles as plain f64 numbers, as distances and moments read them. */
import { unexpected } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { type DType, noGrad, ops, scope, Tensor } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';

/** Weighted points of R^k. */
export interface Points {
  readonly count: number;
  readonly k: number;
  /** [count, k], row-major. */
  readonly theta: Float64Array;
  /** [count]. */
  readonly weight: Float64Array;
  /** The sum of the weights. */
  readonly mass: number;
  /** Masses are equal if their relative difference is below this. */
  readonly massRounding: number;
}

/** Weights have the rounding errors of their dtype, individually and from the sum that normalised them. */
const massRoundings: Partial<Record<DType, number>> = { f32: 1e-5, bf16: 3e-2 };
const exactMass = 1e-9;

const numbers = (x: Tensor): Float64Array =>
  noGrad(() => scope(() => ops.toDtype(x, 'f64').toTypedArray() as Float64Array));

/** @throws UsageError unless theta is [M, k] with M > 0, weight is [M], and all numbers are finite */
export function readPoints(particles: Particles): Points {
  const given: unknown = particles;
  if (typeof given !== 'object' || given === null)
    throw unexpected('particles { theta, weight }', 'a measure', given);
  const { theta, weight } = particles;
  for (const [name, x] of Object.entries({ theta, weight }) as [string, unknown][])
    if (!(x instanceof Tensor)) throw unexpected('a tensor', `${name} of particles`, x);
  if (theta.rank !== 2 || theta.size === 0)
    throw new UsageError(
      `particles: expected theta [M, k] with M and k above 0, got shape [${theta.shape.join(', ')}]`,
    );
  const [count = 0, k = 0] = theta.shape;
  if (weight.shape.join() !== String(count))
    throw new UsageError(
      `${count} particles need weights [${count}], got shape [${weight.shape.join(', ')}]`,
    );
  const points = numbers(theta);
  const bad = points.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) throw new UsageError(`particle ${Math.floor(bad / k)} holds ${points[bad]}`);
  const weights = numbers(weight);
  const wrong = weights.findIndex((w) => !Number.isFinite(w));
  if (wrong >= 0) throw new UsageError(`weight ${wrong} is ${weights[wrong]}`);
  const mass = weights.reduce((sum, w) => sum + w, 0);
  if (!Number.isFinite(mass)) throw new UsageError('the sum of the weights overflows');
  const massRounding = massRoundings[weight.dtype] ?? exactMass;
  return { count, k, theta: points, weight: weights, mass, massRounding };
}

/**
 * Normalises two measures of equal mass for transport: weights add up to 1 on both sides, and `mass` is the
 * original mass. Drops particles of weight 0.
 *
 * @throws UsageError for negative weights, no mass, or measures of different k or mass
 */
export function readPair(a: Particles, b: Particles): readonly [Support, Support] {
  const [x, y] = [support(readPoints(a)), support(readPoints(b))];
  if (x.k !== y.k) throw new UsageError(`a distance needs measures with the same k, got ${x.k} and ${y.k}`);
  if (Math.abs(x.mass - y.mass) > Math.max(x.massRounding, y.massRounding) * x.mass)
    throw new UsageError(`a distance needs measures of equal mass, got ${x.mass} and ${y.mass}`);
  return [x, { ...y, mass: x.mass }];
}

/** Whether all weights are equal up to rounding, so that particles can be assigned one to one. */
export function isUniform({ weight, count }: Points): boolean {
  return weight.every((w) => Math.abs(w * count - 1) <= exactMass);
}

/** The particles of positive weight. */
export interface Support extends Points {
  /** Indices of the particles in the full list. */
  readonly place: readonly number[];
}

function support(points: Points): Support {
  const negative = points.weight.findIndex((w) => w < 0);
  if (negative >= 0)
    throw new UsageError(
      `weight ${negative} is ${points.weight[negative]}: a distance needs weights that are not negative`,
    );
  const { theta, weight, k, mass } = points;
  if (mass === 0) throw new UsageError('a distance needs measures with mass, but all weights are 0');
  const place = Array.from(weight.keys()).filter((i) => weight[i]! / mass > 0);
  const rows = new Float64Array(place.length * k);
  place.forEach((i, row) => {
    rows.set(theta.subarray(i * k, (i + 1) * k), row * k);
  });
  const law = Float64Array.from(place, (i) => weight[i]! / mass);
  return { ...points, count: place.length, theta: rows, weight: law, place };
}
