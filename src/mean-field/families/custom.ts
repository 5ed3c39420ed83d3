/** Bring your own f: a family from a plain function of tensors, differentiated by autograd. */
import { checkInteger, checkNeededOptions, unexpected } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { enableGrad, grad, isGradEnabled, ops, scope, type Tensor } from '../../tensor/index.ts';
import { checkReturned, copyFor } from '../user-function.ts';
import {
  checkCotangent,
  checkDirection,
  checkParticles,
  checkValues,
  type Direction,
  type Family,
  type Particles,
} from './family.ts';

/** Options of {@link customFamily}. */
export interface CustomFamily {
  readonly name?: string | undefined;
  /** k, as a number or a function of d. */
  readonly parameterCount: number | ((stateSize: number) => number);
  /**
   * f(X, theta) or f(X, theta, t), t the depth. By default X [N, d], theta [k] -> [N, d], called once per
   * particle. With `batched`, X [1, N, d], theta [M, 1, k] -> [M, N, d], called once per slice, which is much
   * faster. The arguments are copies, which it may overwrite.
   */
  readonly value: (state: Tensor, theta: Tensor, depth: number) => Tensor;
  readonly batched?: boolean | undefined;
  /** Whether `value` uses the depth. Default: true if it has a third parameter. */
  readonly dependsOnDepth?: boolean | undefined;
}

const optionKeys = {
  name: true,
  parameterCount: true,
  value: true,
  batched: true,
  dependsOnDepth: true,
} as const;

/**
 * A family f(x, theta), or f(t, x, theta), differentiated by autograd. Derivatives of a flow in its step sizes
 * keep the depths t at which f is evaluated fixed.
 *
 * @throws UsageError for unknown options; on later calls, if `value` does not return a tensor of the shape, dtype
 * and device of the state
 *
 * @example
 * customFamily({ parameterCount: 2, value: (x, theta, t) => ops.mulScalar(ops.mul(ops.tanh(x), theta), 1 - t) });
 */
export function customFamily(options: CustomFamily): Family {
  checkNeededOptions('customFamily', options, optionKeys);
  const { name = 'custom', parameterCount, value, batched = false } = options;
  if (typeof value !== 'function') throw unexpected('a function', `value of family ${name}`, value);
  const dependsOnDepth = options.dependsOnDepth ?? value.length > 2;
  const result = `family ${name}: value`;
  const evaluate = (state: Tensor, theta: Tensor, depth: number): Tensor => {
    const [{ dtype, device }, particles] = [state, theta.shape[0] ?? 0];
    if (batched) {
      const made = value(ops.unsqueeze(copyFor(state), 0), ops.unsqueeze(copyFor(theta), 1), depth);
      return checkReturned(result, made, { shape: [particles, ...state.shape], dtype, device });
    }
    let first: Tensor | undefined;
    const rows = ops.unbind(theta, 0).map((one) => {
      const made = value(copyFor(state), copyFor(one), depth);
      checkReturned(result, made, { shape: state.shape, dtype, device });
      // If f refills one tensor for each particle, only the last particle's values survive.
      const reused = first === undefined || made === first;
      first ??= made;
      return reused ? copyFor(made) : made;
    });
    return ops.stack(rows);
  };
  // Autograd does not see numbers that f reads out of tensors: gradients would silently be 0.
  const checkRecorded = (made: Tensor, state: Tensor, theta: Tensor): void => {
    if (isGradEnabled() && (state.requiresGrad || theta.requiresGrad) && !made.requiresGrad)
      throw new UsageError(
        `${result} returned a tensor that autograd cannot trace to state or theta: its gradients would be 0; compute it with ops only`,
      );
  };
  const depthFor = (depth: number | undefined): number => {
    if (depth === undefined && dependsOnDepth)
      throw new UsageError(
        `family ${name} depends on depth: its particles need one, such as { theta, weight, depth: 0.5 }`,
      );
    return depth ?? NaN;
  };
  const self: Family = {
    name,
    dependsOnDepth,
    parameterCount: (d) =>
      checkInteger(
        'parameterCount',
        typeof parameterCount === 'number' ? parameterCount : parameterCount(d),
        { min: 1 },
      ),

    values(state, theta, depth) {
      return scope(() => {
        checkValues(self, state, theta);
        if (theta.shape[0] === 0) return ops.zeros([0, ...state.shape], state.dtype, undefined, state.device);
        const made = evaluate(state, theta, depthFor(depth));
        checkRecorded(made, state, theta);
        return made;
      });
    },

    velocity(state, particles) {
      checkParticles(self, state, particles);
      return scope(() => {
        const all = self.values(state, particles.theta, particles.depth);
        return ops.sumDim(ops.mul(all, ops.view(particles.weight, [-1, 1, 1])), [0]);
      });
    },

    pullback(state, particles, cotangent, requested) {
      checkParticles(self, state, particles);
      checkCotangent(state, cotangent);
      return scope(() => {
        const names = (['state', 'theta', 'weight'] as const).filter((one) => requested[one]);
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

    // J v from two pull-backs: q -> J^T q is linear, and its own pull-back at v is J v.
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
  { theta, weight, depth }: Particles,
): { output: Tensor; leaves: Record<'state' | 'theta' | 'weight', Tensor> } {
  const leaf = (x: Tensor): Tensor => ops.detach(x).setRequiresGrad();
  const leaves = { state: leaf(state), theta: leaf(theta), weight: leaf(weight) };
  const output = enableGrad(() =>
    // A family may not depend on all of them (f = theta, or no particles): its derivative there is 0.
    [leaves.state, leaves.theta].reduce(
      (sum, one) => ops.add(sum, ops.sum(one), 0),
      family.velocity(leaves.state, { ...leaves, depth }),
    ),
  );
  return { output, leaves };
}
