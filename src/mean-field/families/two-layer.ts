/** The two-layer mean-field model as a flow of one step. */
import { ops, scope, type Tensor } from '../../tensor/index.ts';
import { checkFamily } from '../check-kinds.ts';
import type { Family, Pullback } from './family.ts';

/**
 * f(x, theta) - x. After one step of depth with a law of mass one, the state becomes integral f(x, theta)
 * rho(dtheta), and the prediction is that of a network with one hidden layer, W1 integral f(W2 x, theta)
 * rho(dtheta). Every loss, gradient, flow and kernel is then that of the two-layer model.
 *
 * @throws UsageError unless `family` is a family of functions
 */
export function twoLayer(family: Family): Family {
  checkFamily(family);
  const total = (weight: Tensor): number => scope(() => ops.sum(weight).item());
  return {
    name: `two-layer ${family.name}`,
    parameterCount: (d) => family.parameterCount(d),
    dependsOnDepth: family.dependsOnDepth,
    // The skip connection does not depend on theta.
    ...(family.tangent && { tangent: family.tangent.bind(family) }),
    tangentMemory: family.tangentMemory,
    velocity: (state, particles) =>
      scope(() => {
        const skip = ops.mul(state, ops.sum(particles.weight));
        return ops.sub(family.velocity(state, particles), skip);
      }),
    pullback: (state, particles, cotangent, requested) =>
      scope(() => {
        const inner: Pullback = family.pullback(state, particles, cotangent, requested);
        const skip: Pullback = {
          ...(inner.state && { state: ops.add(inner.state, cotangent, -total(particles.weight)) }),
          ...(inner.weight && { weight: ops.sub(inner.weight, ops.sum(ops.mul(state, cotangent))) }),
        };
        return { ...inner, ...skip };
      }),
    pushforward: (state, particles, direction) =>
      scope(() => {
        let result = family.pushforward(state, particles, direction);
        if (direction.state) result = ops.add(result, direction.state, -total(particles.weight));
        return direction.weight ? ops.add(result, state, -total(direction.weight)) : result;
      }),
    values: (state, theta, depth) => scope(() => ops.sub(family.values(state, theta, depth), state)),
  };
}
