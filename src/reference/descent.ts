import { at, denseArray, row, sizes2, type DenseArray } from './array.ts';
import type { Family } from './families.ts';
import { functionalGradient, functionalGradientSlope, type GridMeasure } from './flow.ts';

/** theta projected onto the ball of that radius. */
function projected(theta: Float64Array, radius: number): Float64Array {
  const factor = Math.min(1, radius / Math.max(Math.hypot(...theta), 1e-300));
  return theta.map((value) => factor * value);
}

/** The result of {@link minimiseOverBall}. */
export interface BallMinimum {
  /** [k]. */
  readonly theta: Float64Array;
  /** G(theta, t_l). */
  readonly value: number;
}

/**
 * min over the ball Q_r of G(., t_l), by projected gradient from every start. The step length of a start doubles
 * after a step that lowers G; otherwise the step is discarded and the length divided by 4. Returns the best end
 * point, an upper bound of the minimum.
 *
 * @param state X^l, [N, d]
 * @param costate p^{l+1}, [N, d]
 * @param starts [m, k], in the ball
 */
export function minimiseOverBall(
  family: Family,
  state: DenseArray,
  costate: DenseArray,
  starts: DenseArray,
  { radius, steps }: { readonly radius: number; readonly steps: number },
): BallMinimum {
  const value = (theta: Float64Array): number => functionalGradient(family, state, costate, theta);
  let best: BallMinimum | undefined;
  for (let i = 0; i < sizes2(starts)[0]; i++) {
    let theta: Float64Array = row(starts, i).slice();
    let here = value(theta);
    let length = radius / 4;
    for (let step = 0; step < steps; step++) {
      const slope = functionalGradientSlope(family, state, costate, theta);
      const size = Math.max(Math.hypot(...slope), 1e-300);
      const tried = projected(
        theta.map((entry, e) => entry - (length / size) * at(slope, e)),
        radius,
      );
      const there = value(tried);
      if (there < here) [theta, here, length] = [tried, there, 2 * length];
      else length /= 4;
    }
    if (!best || here < best.value) best = { theta, value: here };
  }
  if (!best) throw new RangeError('a minimisation needs at least one start');
  return best;
}

/**
 * (1 - lambda) rho + lambda nu in every step, where nu has m atoms of equal weight. Particles whose weight becomes
 * 0 are dropped.
 *
 * @param theta the atoms of nu, [L, m, k]
 */
export function insertParticles(measure: GridMeasure, theta: DenseArray, lambda: number): GridMeasure {
  if (lambda === 0) return measure;
  const [slices, old] = sizes2(measure.weight);
  const [, added = 0, k = 0] = theta.shape;
  const kept = lambda === 1 ? 0 : old;
  const both = denseArray([slices, kept + added, k]);
  const weight = denseArray([slices, kept + added]);
  for (let l = 0; l < slices; l++) {
    const own = row(measure.weight, l);
    const mass = own.reduce((sum, w) => sum + w, 0);
    both.data.set(measure.theta.data.subarray(l * old * k, (l * old + kept) * k), l * (kept + added) * k);
    both.data.set(theta.data.subarray(l * added * k, (l + 1) * added * k), (l * (kept + added) + kept) * k);
    const weights = row(weight, l);
    for (let j = 0; j < kept; j++) weights[j] = (1 - lambda) * at(own, j);
    weights.fill((lambda * mass) / added, kept);
  }
  return { steps: measure.steps, theta: both, weight };
}

/**
 * Minimises E over lambda in [0, 1]: halves lambda from 1 until E stops falling, then refines by golden-section
 * search. Returns lambda = 0 if no lambda lowers E.
 */
export function lineSearch(
  energy: (lambda: number) => number,
  { sections = 12, halvings = 30 }: { readonly sections?: number; readonly halvings?: number } = {},
): { lambda: number; loss: number } {
  const evaluate = (lambda: number): { lambda: number; loss: number } => ({ lambda, loss: energy(lambda) });
  let best = evaluate(0);
  for (let i = 0, since = 0; i <= halvings && since < 3; i++) {
    const tried = evaluate(2 ** -i);
    if (tried.loss < best.loss) [best, since] = [tried, 0];
    else if (best.lambda !== 0) since++;
  }
  if (best.lambda === 0) return best;
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [best.lambda / 2, Math.min(1, best.lambda * 2)];
  let left = evaluate(high - golden * (high - low));
  let right = evaluate(low + golden * (high - low));
  for (let i = 0; i < sections; i++) {
    if (left.loss < right.loss) {
      high = right.lambda;
      right = left;
      left = evaluate(high - golden * (high - low));
    } else {
      low = left.lambda;
      left = right;
      right = evaluate(low + golden * (high - low));
    }
    for (const one of [left, right]) if (one.loss < best.loss) best = one;
  }
  return best;
}
