import { activations, type ActivationName } from './activation.ts';
import { addAt, at, checkSameShape, sizes2, type DenseArray } from './array.ts';

export type FamilyName = 'bottleneck' | 'matrix';

/** A parametrised residual block f(x, theta) on R^d, for one particle. */
export interface Family {
  readonly name: FamilyName;
  readonly activation: ActivationName;
  /** k, the length of theta, for states of length d. */
  parameterCount(stateSize: number): number;
  /** f(x, theta), [d]. */
  value(x: Float64Array, theta: Float64Array): Float64Array;
  /** grad_x f v, [d]. */
  jvp(x: Float64Array, theta: Float64Array, v: Float64Array): Float64Array;
  /** The pull-backs of p: grad_x f^T p, [d], and grad_theta f^T p, [k]. */
  vjp(x: Float64Array, theta: Float64Array, p: Float64Array): { x: Float64Array; theta: Float64Array };
  /**
   * The same for many samples at once, in loops that allocate nothing: into_n += factor f(x_n, theta), rows of [N,
   * d].
   */
  addValues(states: DenseArray, theta: Float64Array, factor: number, into: Float64Array): void;
  /** into.states_n += factor grad_x f^T p_n, [N, d]; into.theta += factor sum_n grad_theta f^T p_n, [k]. */
  addPullback(
    states: DenseArray,
    theta: Float64Array,
    costates: DenseArray,
    factor: number,
    into: PulledBack,
  ): void;
}

/** Destinations of {@link Family.addPullback}; a missing one is not computed. */
interface PulledBack {
  readonly states?: Float64Array;
  readonly theta?: Float64Array;
}

/** The family with that name and activation s. */
export function family(name: FamilyName, activation: ActivationName): Family {
  return name === 'bottleneck' ? bottleneck(activation) : matrix(activation);
}

/** f = a s(w.x + b) with theta = (a, w, b), k = 2 d + 1. */
function bottleneck(activation: ActivationName): Family {
  const s = activations[activation];
  const split = (
    x: Float64Array,
    theta: Float64Array,
  ): { a: Float64Array; w: Float64Array; b: number; u: number } => {
    const d = x.length;
    checkTheta(theta, 2 * d + 1);
    const a = theta.subarray(0, d);
    const w = theta.subarray(d, 2 * d);
    const b = at(theta, 2 * d);
    return { a, w, b, u: dot(w, x) + b };
  };
  return {
    name: 'bottleneck',
    activation,
    parameterCount: (d) => 2 * d + 1,
    value(x, theta) {
      const { a, u } = split(x, theta);
      return a.map((value) => value * s.value(u));
    },
    jvp(x, theta, v) {
      const { a, w, u } = split(x, theta);
      return a.map((value) => value * s.slope(u) * dot(w, v));
    },
    vjp(x, theta, p) {
      const { a, w, u } = split(x, theta);
      const du = dot(a, p) * s.slope(u);
      const dTheta = new Float64Array(theta.length);
      dTheta.set(p.map((value) => value * s.value(u)));
      dTheta.set(
        x.map((value) => value * du),
        x.length,
      );
      dTheta[2 * x.length] = du;
      return { x: w.map((value) => value * du), theta: dTheta };
    },
    addValues(states, theta, factor, into) {
      const { d, x } = rowsOf(states, into);
      checkTheta(theta, 2 * d + 1);
      for (let n = 0; n < x.length; n += d) {
        let u = theta[2 * d]!;
        for (let i = 0; i < d; i++) u += theta[d + i]! * x[n + i]!;
        const value = factor * s.value(u);
        for (let i = 0; i < d; i++) into[n + i]! += theta[i]! * value;
      }
    },
    addPullback(states, theta, costates, factor, into) {
      const { d, x } = rowsOf(states, into.states);
      checkTheta(theta, 2 * d + 1);
      checkSameShape(states, costates);
      const p = costates.data;
      const { states: dx, theta: dTheta } = into;
      for (let n = 0; n < x.length; n += d) {
        let u = theta[2 * d]!;
        let along = 0;
        for (let i = 0; i < d; i++) {
          u += theta[d + i]! * x[n + i]!;
          along += theta[i]! * p[n + i]!;
        }
        const value = s.value(u);
        const du = factor * along * s.slope(u, value);
        if (dx) for (let i = 0; i < d; i++) dx[n + i]! += theta[d + i]! * du;
        if (!dTheta) continue;
        for (let i = 0; i < d; i++) {
          dTheta[i]! += factor * value * p[n + i]!;
          dTheta[d + i]! += du * x[n + i]!;
        }
        dTheta[2 * d]! += du;
      }
    },
  };
}

/** f = s(Theta x), elementwise, with theta = Theta in row-major order, k = d d. */
function matrix(activation: ActivationName): Family {
  const s = activations[activation];
  const times = (theta: Float64Array, x: Float64Array): Float64Array => {
    const d = x.length;
    checkTheta(theta, d * d);
    return x.map((_, i) => dot(theta.subarray(i * d, (i + 1) * d), x));
  };
  return {
    name: 'matrix',
    activation,
    parameterCount: (d) => d * d,
    value: (x, theta) => times(theta, x).map((u) => s.value(u)),
    jvp(x, theta, v) {
      const push = times(theta, v);
      return times(theta, x).map((u, i) => s.slope(u) * at(push, i));
    },
    vjp(x, theta, p) {
      const d = x.length;
      const du = times(theta, x).map((u, i) => s.slope(u) * at(p, i));
      const dx = new Float64Array(d);
      du.forEach((value, i) => {
        for (let j = 0; j < d; j++) addAt(dx, j, value * at(theta, i * d + j));
      });
      return { x: dx, theta: theta.map((_, e) => at(du, Math.floor(e / d)) * at(x, e % d)) };
    },
    addValues(states, theta, factor, into) {
      const { d, x } = rowsOf(states, into);
      checkTheta(theta, d * d);
      for (let n = 0; n < x.length; n += d)
        for (let i = 0; i < d; i++) {
          let u = 0;
          for (let j = 0; j < d; j++) u += theta[i * d + j]! * x[n + j]!;
          into[n + i]! += factor * s.value(u);
        }
    },
    addPullback(states, theta, costates, factor, into) {
      const { d, x } = rowsOf(states, into.states);
      checkTheta(theta, d * d);
      checkSameShape(states, costates);
      const { states: dx, theta: dTheta } = into;
      for (let n = 0; n < x.length; n += d)
        for (let i = 0; i < d; i++) {
          let u = 0;
          for (let j = 0; j < d; j++) u += theta[i * d + j]! * x[n + j]!;
          const du = factor * s.slope(u) * costates.data[n + i]!;
          if (dx) for (let j = 0; j < d; j++) dx[n + j]! += du * theta[i * d + j]!;
          if (dTheta) for (let j = 0; j < d; j++) dTheta[i * d + j]! += du * x[n + j]!;
        }
    },
  };
}

/** The rows of a state, [N, d]. Checks once that `into` has the same shape, so that inner loops need not. */
function rowsOf(states: DenseArray, into?: Float64Array): { d: number; x: Float64Array } {
  const [samples, d] = sizes2(states);
  if (states.data.length !== samples * d || (into && into.length !== samples * d))
    throw new RangeError(`states [${samples}, ${d}] and the values added to them must have the same size`);
  return { d, x: states.data };
}

function dot(x: Float64Array, y: Float64Array): number {
  return x.reduce((sum, value, i) => sum + value * at(y, i), 0);
}

function checkTheta(theta: Float64Array, length: number): void {
  if (theta.length !== length)
    throw new RangeError(`a particle of this family needs ${length} numbers, got ${theta.length}`);
}
