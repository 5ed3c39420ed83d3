/** A family from a plain function of tensors: its derivatives come from autograd. */
import { checkInteger } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { enableGrad, grad, ops, scope, type Tensor } from '../../tensor/index.ts';
import {
  checkCotangent,
  checkDirection,
  checkParticles,
  checkValues,
  type Direction,
  type Family,
  type Particles,
} from './family.ts';

export interface CustomFamily {
  readonly name?: string;
  /** k, a number or a function of d. */
  readonly parameterCount: number | ((stateSize: number) => number);
  /**
   * f(X, theta). As it stands: X [N, d], theta [k] -> [N, d], called once a particle. With `batched`: X [1, N, d],
   * theta [M, 1, k] -> [M, N, d], called once a slice, which is much faster.
   */
  readonly value: (state: Tensor, theta: Tensor) => Tensor;
  readonly batched?: boolean;
}

/**
 * @throws UsageError if `value` returns another shape than that of the state.
 */
export function customFamily({
  name = 'custom',
  parameterCount,
  value,
  batched = false,
}: CustomFamily): Family {
  const evaluate = (state: Tensor, theta: Tensor): Tensor =>
    batched
      ? value(ops.unsqueeze(state, 0), ops.unsqueeze(theta, 1))
      : ops.stack(ops.unbind(theta, 0).map((one) => value(state, one)));
  const self: Family = {
    name,
    parameterCount: (d) =>
      checkInteger(
        'parameterCount',
        typeof parameterCount === 'number' ? parameterCount : parameterCount(d),
        {
          min: 1,
        },
      ),

    values(state, theta) {
      return scope(() => {
        checkValues(self, state, theta);
        if (theta.shape[0] === 0) return ops.zeros([0, ...state.shape], state.dtype, undefined, state.device);
        const all = evaluate(state, theta);
        const expected = [theta.shape[0], ...state.shape];
        if (all.shape.join() !== expected.join())
          throw new UsageError(
            `family ${name}: value gave shape [${all.shape.join(', ')}] for ${expected[0]} particles and a state ` +
              `[${state.shape.join(', ')}], expected [${expected.join(', ')}]`,
          );
        return all;
      });
    },

    velocity(state, particles) {
      checkParticles(self, state, particles);
      return scope(() => {
        const all = self.values(state, particles.theta);
        return ops.sumDim(ops.mul(all, ops.view(particles.weight, [-1, 1, 1])), [0]);
      });
    },

    pullback(state, particles, cotangent, wanted) {
      checkParticles(self, state, particles);
      checkCotangent(state, cotangent);
      return scope(() => {
        const names = (['state', 'theta', 'weight'] as const).filter((one) => wanted[one]);
        if (names.length === 0) return {};
        const { output, leaves } = record(self, state, particles);
        const gradients = grad(
          output,
          names.map((one) => leaves[one]),
          { cotangents: [cotangent] },
        );
        return Object.fromEntries(names.map((one, i) => [one, gradients[i]]));
      });
    },

    // J v from two pull-backs: q -> J^T q is linear, and its pull-back at v is J v.
    pushforward(state, particles, direction) {
      checkParticles(self, state, particles);
      checkDirection(state, particles, direction);
      return scope(() => {
        const names = (['state', 'theta', 'weight'] as const).filter((one) => direction[one]);
        if (names.length === 0) return ops.zeros(state.shape, state.dtype, undefined, state.device);
        const { output, leaves } = record(self, state, particles);
        const probe = ops.detach(ops.mulScalar(output, 0)).setRequiresGrad();
        const pulled = enableGrad(() =>
          grad(
            output,
            names.map((one) => leaves[one]),
            { cotangents: [probe], createGraph: true },
          ),
        );
        const directions = names.map((one) => (direction as Required<Direction>)[one]);
        return grad(pulled, [probe], { cotangents: directions })[0]!;
      });
    },
  };
  return self;
}

function record(
  family: Family,
  state: Tensor,
  { theta, weight }: Particles,
): { output: Tensor; leaves: Record<'state' | 'theta' | 'weight', Tensor> } {
  const leaf = (x: Tensor): Tensor => ops.detach(x).setRequiresGrad();
  const leaves = { state: leaf(state), theta: leaf(theta), weight: leaf(weight) };
  const output = enableGrad(() =>
    // A family need not depend on all of them (f = theta, or no particles): its derivative there is 0.
    [leaves.state, leaves.theta].reduce(
      (sum, one) => ops.add(sum, ops.sum(one), 0),
      family.velocity(leaves.state, leaves),
    ),
  );
  return { output, leaves };
}
