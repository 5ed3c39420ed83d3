/** The family f(x, (a, w, b)) = a s(w.x + b): a slice of particles is one hidden layer, two GEMMs. */
import { ops, scope, type Tensor } from '../../tensor/index.ts';
import { type FamilyActivation, scalarActivation } from './activation.ts';
import {
  checkCotangent,
  checkDirection,
  checkParticles,
  checkValues,
  type Direction,
  type Family,
  sumOf,
} from './family.ts';

/** theta = (a, w, b) by columns, views of [M, 2 d + 1]. */
function split(theta: Tensor, d: number): { a: Tensor; w: Tensor; b: Tensor } {
  return {
    a: ops.sliceDim(theta, 1, 0, d),
    w: ops.sliceDim(theta, 1, d, 2 * d),
    b: ops.select(theta, 1, 2 * d),
  };
}

const column = (x: Tensor): Tensor => ops.unsqueeze(x, 1);

/** k = 2 d + 1. The derivatives are closed forms; nothing larger than [N, M] is made, and of those at most three. */
export function bottleneck(activation: FamilyActivation = 'tanh'): Family {
  const s = scalarActivation(activation);
  const self: Family = {
    name: `bottleneck ${activation}`,
    parameterCount: (d) => 2 * d + 1,

    velocity(state, particles) {
      checkParticles(self, state, particles);
      return scope(() => {
        const { a, w, b } = split(particles.theta, state.shape[1] ?? 0);
        const hidden = s.value(ops.addmm(b, state, ops.transpose(w, 0, 1)));
        return ops.mm(hidden, ops.mul(a, column(particles.weight)));
      });
    },

    pullback(state, particles, cotangent, wanted) {
      checkParticles(self, state, particles);
      checkCotangent(state, cotangent);
      return scope(() => {
        const { theta, weight } = particles;
        const { a, w, b } = split(theta, state.shape[1] ?? 0);
        const u = ops.addmm(b, state, ops.transpose(w, 0, 1));
        const hidden = s.value(u);
        // a_j . q(x), [N, M]
        const pushed = ops.mm(cotangent, ops.transpose(a, 0, 1));
        const weightGradient = wanted.weight ? ops.sumDim(ops.mul(hidden, pushed), [0]) : undefined;
        if (!wanted.state && !wanted.theta) return { weight: weightGradient };
        const inner = ops.mul(pushed, s.slope(u, hidden));
        return {
          weight: weightGradient,
          state: wanted.state ? ops.mm(inner, ops.mul(w, column(weight))) : undefined,
          theta: wanted.theta ? thetaGradient(state, weight, cotangent, hidden, inner) : undefined,
        };
      }) as ReturnType<Family['pullback']>;
    },

    pushforward(state, particles, direction) {
      checkParticles(self, state, particles);
      checkDirection(state, particles, direction);
      return scope(() => {
        const { theta, weight } = particles;
        const d = state.shape[1] ?? 0;
        const { a, w, b } = split(theta, d);
        const u = ops.addmm(b, state, ops.transpose(w, 0, 1));
        const hidden = s.value(u);
        const weighted = ops.mul(a, column(weight));
        const du = hiddenDirection(state, w, d, direction);
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

    values(state, theta) {
      return scope(() => {
        checkValues(self, state, theta);
        const { a, w, b } = split(theta, state.shape[1] ?? 0);
        const hidden = s.value(ops.addmm(b, state, ops.transpose(w, 0, 1)));
        return ops.mul(ops.unsqueeze(ops.transpose(hidden, 0, 1), 2), ops.unsqueeze(a, 1));
      });
    },
  };
  return self;
}

/** (s^T q, (D^T X, sum D)) times the weights, [M, 2 d + 1]; D = (q.a) s'. */
function thetaGradient(
  state: Tensor,
  weight: Tensor,
  cotangent: Tensor,
  hidden: Tensor,
  inner: Tensor,
): Tensor {
  const da = ops.mm(ops.transpose(hidden, 0, 1), cotangent);
  const dw = ops.mm(ops.transpose(inner, 0, 1), state);
  const db = column(ops.sumDim(inner, [0]));
  return ops.mul(ops.cat([da, dw, db], 1), column(weight));
}

/** d(w.x + b), [N, M]; undefined if neither the state nor theta moves. */
function hiddenDirection(
  state: Tensor,
  w: Tensor,
  d: number,
  { state: dx, theta: dTheta }: Direction,
): Tensor | undefined {
  const fromState = dx && ops.mm(dx, ops.transpose(w, 0, 1));
  if (!dTheta) return fromState;
  const { w: dw, b: db } = split(dTheta, d);
  const fromTheta = ops.addmm(db, state, ops.transpose(dw, 0, 1));
  return fromState ? ops.add(fromState, fromTheta) : fromTheta;
}
