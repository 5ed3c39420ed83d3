import { checkSameShape } from './array.ts';
import type { Family } from './families.ts';

/**
 * f(x, theta) - x. After one step of depth with a law of mass one, the state becomes integral f(x, theta)
 * rho(dtheta), the two-layer model. Every loss, gradient, flow and kernel is then that of the two-layer model.
 */
export function twoLayer(family: Family): Family {
  const minus = (value: Float64Array, x: Float64Array): Float64Array =>
    value.map((entry, i) => entry - (x[i] ?? NaN));
  return {
    ...family,
    value: (x, theta) => minus(family.value(x, theta), x),
    jvp: (x, theta, v) => minus(family.jvp(x, theta, v), v),
    vjp(x, theta, p) {
      const inner = family.vjp(x, theta, p);
      // The skip connection does not depend on theta.
      return { x: minus(inner.x, p), theta: inner.theta };
    },
    addValues(states, theta, factor, into) {
      family.addValues(states, theta, factor, into);
      states.data.forEach((x, e) => {
        into[e]! -= factor * x;
      });
    },
    addPullback(states, theta, costates, factor, into) {
      checkSameShape(states, costates);
      family.addPullback(states, theta, costates, factor, into);
      const dx = into.states;
      if (dx)
        costates.data.forEach((p, e) => {
          dx[e]! -= factor * p;
        });
    },
  };
}
