/** The family f(x, Theta) = s(Theta x) of the expansion in the talk, with Theta in row-major order. */
import { ops, scope, type Tensor } from '../../tensor/index.ts';
import { activationSeries } from './activation-series.ts';
import { type FamilyActivation, scalarActivation } from './activation.ts';
import { checkCotangent, checkDirection, checkParticles, checkValues, type Family, sumOf } from './family.ts';
import { matrixTangent } from './tangent.ts';

/**
 * The family f(x, Theta) = s(Theta x), k = d d. With an odd activation and no constant coordinate, every f is odd
 * in x and cannot fit even targets.
 *
 * @throws UsageError for an unknown activation
 */
export function matrix(activation: FamilyActivation = 'tanh'): Family {
  const s = scalarActivation(activation);
  /** Theta_j x, [N, M d], for all particles in one GEMM. */
  const apply = (state: Tensor, theta: Tensor): Tensor =>
    ops.mm(state, ops.transpose(rows(theta, state), 0, 1));
  /** Repeats each particle's weight for every entry of its output, [M d]. */
  const spread = (weight: Tensor, d: number): Tensor =>
    ops.reshape(ops.expand(ops.unsqueeze(weight, 1), [weight.size, d]), [weight.size * d]);
  /** sum_j w_j v_j, [N, d], from v [N, M d]. */
  const total = (v: Tensor, weight: Tensor, d: number): Tensor =>
    ops.sumDim(ops.mul(ops.view(v, [v.shape[0] ?? 0, weight.size, d]), ops.unsqueeze(weight, 1)), [1]);

  const self: Family = {
    name: `matrix ${activation}`,
    parameterCount: (d) => d * d,

    velocity(state, particles) {
      checkParticles(self, state, particles);
      return scope(() =>
        total(s.value(apply(state, particles.theta)), particles.weight, state.shape[1] ?? 0),
      );
    },

    pullback(state, particles, cotangent, requested) {
      checkParticles(self, state, particles);
      checkCotangent(state, cotangent);
      const d = state.shape[1] ?? 0;
      const { theta, weight } = particles;
      const repeat = (q: Tensor): Tensor =>
        ops.reshape(ops.expand(ops.unsqueeze(q, 1), [q.shape[0] ?? 0, weight.size, d]), [
          q.shape[0] ?? 0,
          weight.size * d,
        ]);
      return scope(() => {
        const u = apply(state, theta);
        const value = s.value(u);
        const q = repeat(cotangent);
        const weightGradient = requested.weight
          ? ops.sumDim(ops.view(ops.sumDim(ops.mul(value, q), [0]), [weight.size, d]), [1])
          : undefined;
        if (!requested.state && !requested.theta) return { weight: weightGradient };
        const inner = ops.mul(ops.mul(q, s.slope(u, value)), spread(weight, d));
        return {
          weight: weightGradient,
          state: requested.state ? ops.mm(inner, rows(theta, state)) : undefined,
          theta: requested.theta
            ? ops.view(ops.mm(ops.transpose(inner, 0, 1), state), [weight.size, d * d])
            : undefined,
        };
      }) as ReturnType<Family['pullback']>;
    },

    pushforward(state, particles, direction) {
      checkParticles(self, state, particles);
      checkDirection(state, particles, direction);
      const d = state.shape[1] ?? 0;
      const { theta, weight } = particles;
      return scope(() => {
        const u = apply(state, theta);
        const value = s.value(u);
        const moved = [
          direction.state && apply(direction.state, theta),
          direction.theta && apply(state, direction.theta),
        ].filter((one) => one !== undefined);
        const du = moved[0] && sumOf(moved, moved[0]);
        return sumOf(
          [
            du && total(ops.mul(s.slope(u, value), du), weight, d),
            direction.weight && total(value, direction.weight, d),
          ],
          state,
        );
      });
    },

    tangent: matrixTangent(s),
    tangentMemory: (d) => ({ features: d, kernels: 2 }),

    velocitySeries: (state, { theta, weight }) =>
      scope(() => {
        const u = state.map((x) => apply(x, theta));
        const d = state[0]?.shape[1] ?? 0;
        return activationSeries(activation, u).map((one) => total(one, weight, d));
      }),

    values(state, theta) {
      return scope(() => {
        checkValues(self, state, theta);
        const d = state.shape[1] ?? 0;
        return ops.transpose(
          ops.view(s.value(apply(state, theta)), [state.shape[0] ?? 0, theta.shape[0] ?? 0, d]),
          0,
          1,
        );
      });
    },
  };
  return self;
}

/** The rows of all matrices, stacked, [M d, d]. */
function rows(theta: Tensor, state: Tensor): Tensor {
  const d = state.shape[1] ?? 0;
  return ops.reshape(theta, [(theta.shape[0] ?? 0) * d, d]);
}
