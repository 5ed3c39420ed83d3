/** The derivative of the loss with respect to the depths at which particles begin and end. */
import { checkObject } from '../check.ts';
import type { FlowGradient } from './gradient.ts';

/**
 * dE/dt_m = dE/dh_{m-1} - dE/dh_m for the breaks t_1 .. t_L of the measure, [L]. Whatever begins or ends at a
 * break moves with it; t_L, the end of depth, has only the first term. This is the exact derivative of the
 * discrete scheme. For sorted tiles it equals dE/dtau^l of Algorithm 1, which tends to mean_x p(x, tau^l) . (f(X,
 * theta^l) - f(X, theta^{l+1})) as the number of blocks grows.
 *
 * @param gradient - from `flowGradient`; only dE/dh_l, `steps`, is read
 * @throws UsageError if `gradient` has no `steps`
 */
export function breakGradient(gradient: Pick<FlowGradient, 'steps'>): Float64Array {
  checkObject('a gradient from flowGradient', 'gradient', gradient, 'steps');
  const { steps } = gradient;
  return Float64Array.from(steps, (slope, l) => slope - (steps[l + 1] ?? 0));
}
