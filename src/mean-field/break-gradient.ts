/** The derivative of the loss in the depths at which particles begin and end. */
import { checkObject } from '../check.ts';
import type { FlowGradient } from './gradient.ts';

/**
 * dE/dt_m = dE/dh_{m-1} - dE/dh_m for the breaks t_1 .. t_L of the measure, [L]: what begins or ends there moves along, and the
 * end of depth t_L has the one term. It is the derivative of the discrete scheme itself. For sorted tiles it is Algorithm 1's
 * dE/dtau^l, which tends to mean_x p(x, tau^l) . (f(X, theta^l) - f(X, theta^{l+1})) as blocks become many.
 */
export function breakGradient(gradient: Pick<FlowGradient, 'steps'>): Float64Array {
  checkObject('what flowGradient returned', 'gradient', gradient, 'steps');
  const { steps } = gradient;
  return Float64Array.from(steps, (slope, l) => slope - (steps[l + 1] ?? 0));
}
