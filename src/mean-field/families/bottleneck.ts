/** The family f(x, (a, w, b)) = a s(w.x + b): a slice of particles is one hidden layer. */
import { isGradEnabled, ops, scope, type Tensor } from '../../tensor/index.ts';
import { activationSeries } from './activation-series.ts';
import { type FamilyActivation, scalarActivation } from './activation.ts';
import {
  checkCotangent,
  checkDirection,
  checkParticles,
  checkValues,
  type Direction,
  type Family,
  type Particles,
  type Pullback,
  sumOf,
  type RequestedGradients,
} from './family.ts';
import { bottleneckTangent } from './tangent.ts';

/** Splits theta = (a, w, b) by columns into views of [M, 2 d + 1]: a, [M, d], and (w, b), [M, d + 1]. */
function split(theta: Tensor, d: number): { a: Tensor; wb: Tensor } {
  return { a: ops.sliceDim(theta, 1, 0, d), wb: ops.sliceDim(theta, 1, d, 2 * d + 1) };
}

const column = (x: Tensor): Tensor => ops.unsqueeze(x, 1);
const flipped = (x: Tensor): Tensor => ops.transpose(x, 0, 1);
/** (X, 1), [N, d + 1]: folds the biases into the GEMMs. */
const withOne = (state: Tensor): Tensor => ops.constantPadNd(state, [0, 1], 1);

/** Activation codes of the native kernels (native/kernels/bottleneck.cc). */
const kernels: Partial<Record<FamilyActivation, number>> = { tanh: 0, relu: 1 };

/**
 * The family f(x, (a, w, b)) = a s(w.x + b), k = 2 d + 1, with derivatives in closed form. For tanh and relu on a
 * CPU, a native kernel streams over particles and samples; elsewhere, and while autograd records, operators on [N,
 * M] evaluate the same formulas.
 *
 * @throws UsageError for an unknown activation
 *
 * @example
 * bottleneck('tanh').parameterCount(3); // 7
 */
export function bottleneck(activation: FamilyActivation = 'tanh'): Family {
  const s = scalarActivation(activation);
  /** The kernel's activation code, if the kernel supports this call. */
  const kernelFor = (state: Tensor): number | undefined =>
    !isGradEnabled() && state.device === 'cpu' ? kernels[activation] : undefined;
  const self: Family = {
    name: `bottleneck ${activation}`,
    parameterCount: (d) => 2 * d + 1,

    velocity(state, particles) {
      checkParticles(self, state, particles);
      const kernel = kernelFor(state);
      if (kernel !== undefined)
        return ops.bottleneckVelocity(state, particles.theta, particles.weight, kernel);
      return scope(() => {
        const { a, wb } = split(particles.theta, state.shape[1] ?? 0);
        const hidden = s.value_(ops.mm(withOne(state), flipped(wb)));
        return ops.mm(hidden, ops.mul(a, column(particles.weight)));
      });
    },

    pullback(state, particles, cotangent, requested) {
      checkParticles(self, state, particles);
      checkCotangent(state, cotangent);
      const kernel = kernelFor(state);
      if (kernel !== undefined) return inOnePass(state, particles, cotangent, requested, kernel);
      return scope(() => {
        const d = state.shape[1] ?? 0;
        const { theta, weight } = particles;
        const { a, wb } = split(theta, d);
        const input = withOne(state);
        const u = ops.mm(input, flipped(wb));
        const hidden = s.value_(u);
        // Summed over samples: s q, [M, d]. Its inner product with a is the derivative in the weight.
        const da = requested.theta || requested.weight ? ops.mm(flipped(hidden), cotangent) : undefined;
        const weightGradient = requested.weight ? ops.sumDim(ops.mul(da!, a), [1]) : undefined;
        if (!requested.state && !requested.theta) return { weight: weightGradient };
        // (a_j . q) s', [N, M]
        const inner = ops.mm(cotangent, flipped(a));
        s.pull_(inner, u, hidden);
        return {
          weight: weightGradient,
          state: requested.state
            ? ops.mm(inner, ops.mul(ops.sliceDim(wb, 1, 0, d), column(weight)))
            : undefined,
          theta: requested.theta
            ? ops.mul(ops.cat([da!, ops.mm(flipped(inner), input)], 1), column(weight))
            : undefined,
        };
      }) as ReturnType<Family['pullback']>;
    },

    pushforward(state, particles, direction) {
      checkParticles(self, state, particles);
      checkDirection(state, particles, direction);
      return scope(() => {
        const { theta, weight } = particles;
        const d = state.shape[1] ?? 0;
        const { a, wb } = split(theta, d);
        const u = ops.mm(withOne(state), flipped(wb));
        const hidden = s.value(u);
        const weighted = ops.mul(a, column(weight));
        const du = hiddenDirection(state, wb, direction);
        return sumOf(
          [
            du && ops.mm(ops.mul(s.slope(u, hidden), du), weighted),
            direction.theta && ops.mm(hidden, ops.mul(split(direction.theta, d).a, column(weight))),
            direction.weight && ops.mm(hidden, ops.mul(a, column(direction.weight))),
          ],
          state,
        );
      });
    },

    tangent: bottleneckTangent(s),
    tangentMemory: () => ({ features: 2, kernels: 3 }),

    velocitySeries: (state, { theta, weight }) =>
      scope(() => {
        const { a, wb } = split(theta, state[0]?.shape[1] ?? 0);
        const weighted = ops.mul(a, column(weight));
        const u = state.map((x, k) => ops.mm(ops.constantPadNd(x, [0, 1], k === 0 ? 1 : 0), flipped(wb)));
        return activationSeries(activation, u).map((hidden) => ops.mm(hidden, weighted));
      }),

    values(state, theta) {
      return scope(() => {
        checkValues(self, state, theta);
        const { a, wb } = split(theta, state.shape[1] ?? 0);
        const hidden = s.value(ops.mm(withOne(state), flipped(wb)));
        return ops.mul(ops.unsqueeze(flipped(hidden), 2), ops.unsqueeze(a, 1));
      });
    },
  };
  return self;
}

function inOnePass(
  state: Tensor,
  { theta, weight }: Particles,
  cotangent: Tensor,
  requested: RequestedGradients,
  kernel: number,
): Pullback {
  const { state: forState = false, theta: forTheta = false, weight: forWeight = false } = requested;
  const all = ops.bottleneckPullback(
    state,
    theta,
    weight,
    cotangent,
    kernel,
    forState,
    forTheta || forWeight,
  );
  const names = ['state', 'theta', 'weight'] as const;
  return Object.fromEntries(
    names.flatMap((name, i) => {
      if (requested[name]) return [[name, all[i]]];
      all[i]?.dispose();
      return [];
    }),
  );
}

/** d(w.x + b), [N, M]; undefined if neither the state nor theta moves. */
function hiddenDirection(
  state: Tensor,
  wb: Tensor,
  { state: dx, theta: dTheta }: Direction,
): Tensor | undefined {
  const d = state.shape[1] ?? 0;
  const fromState = dx && ops.mm(dx, flipped(ops.sliceDim(wb, 1, 0, d)));
  const fromTheta = dTheta && ops.mm(withOne(state), flipped(split(dTheta, d).wb));
  return fromState && fromTheta ? ops.add(fromState, fromTheta) : (fromState ?? fromTheta);
}
