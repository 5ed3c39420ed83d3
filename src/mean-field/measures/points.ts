/** Particles as plain numbers: what the distances and moments below read. */
import { UsageError } from '../../errors.ts';
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';

/** Weighted points of R^k. */
export interface Points {
  readonly count: number;
  readonly k: number;
  /** [count, k], row-major. */
  readonly theta: Float64Array;
  /** [count] */
  readonly weight: Float64Array;
  /** The sum of the weights. */
  readonly mass: number;
}

const numbers = (x: Tensor): Float64Array =>
  noGrad(() => scope(() => ops.toDtype(x, 'f64').toTypedArray() as Float64Array));

/** @throws UsageError unless theta is [M, k] with M > 0, weight [M], and all numbers are finite. */
export function readPoints({ theta, weight }: Particles): Points {
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
  return { count, k, theta: points, weight: weights, mass: weights.reduce((sum, w) => sum + w, 0) };
}

/** Masses that differ by less than this share are rounding. */
const sameMass = 1e-9;

/**
 * Two laws between which mass can be moved; particles of weight 0 are left out.
 *
 * @throws UsageError for negative weights, no mass, another k or another mass
 */
export function readPair(a: Particles, b: Particles): readonly [Points, Points] {
  const [x, y] = [support(readPoints(a)), support(readPoints(b))];
  if (x.k !== y.k)
    throw new UsageError(`a distance is between particles of one kind: theta has ${x.k} and ${y.k} numbers`);
  if (Math.abs(x.mass - y.mass) > sameMass * x.mass)
    throw new UsageError(
      `a distance is between measures of one mass: the weights add up to ${x.mass} and ${y.mass}`,
    );
  // What is left of the difference would be mass without a place to go.
  const factor = x.mass / y.mass;
  return [x, { ...y, weight: y.weight.map((w) => w * factor), mass: x.mass }];
}

/** Whether all weights are equal up to rounding: the particles can be assigned one to one. */
export function isUniform({ weight, mass, count }: Points): boolean {
  return weight.every((w) => Math.abs(w * count - mass) <= sameMass * mass);
}

function support(points: Points): Points {
  const negative = points.weight.findIndex((w) => w < 0);
  if (negative >= 0)
    throw new UsageError(
      `weight ${negative} is ${points.weight[negative]}: distances are between measures without negative weights`,
    );
  const { theta, weight, k, mass } = points;
  if (mass === 0) throw new UsageError('a measure whose weights are all 0 has no distance to another');
  const kept = Array.from(weight.keys()).filter((i) => weight[i] !== 0);
  if (kept.length === weight.length) return points;
  const rows = new Float64Array(kept.length * k);
  kept.forEach((i, row) => {
    rows.set(theta.subarray(i * k, (i + 1) * k), row * k);
  });
  return { count: kept.length, k, theta: rows, weight: Float64Array.from(kept, (i) => weight[i]!), mass };
}

/** abs(x_i - y_j)^p, [x.count, y.count]. Differences are taken before squares, so that equal points cost exactly 0. */
export function transportCost(x: Points, y: Points, p: number): Float64Array {
  const cost = new Float64Array(x.count * y.count);
  const { k } = x;
  for (let i = 0, at = 0; i < x.count; i++)
    for (let j = 0; j < y.count; j++, at++) {
      let square = 0;
      for (let c = 0; c < k; c++) {
        const difference = x.theta[i * k + c]! - y.theta[j * k + c]!;
        square += difference * difference;
      }
      cost[at] = p === 2 ? square : square ** (p / 2);
    }
  return cost;
}
