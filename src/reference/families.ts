import { activations, type ActivationName } from './activation.ts';
import { addAt, at } from './array.ts';

export type FamilyName = 'bottleneck' | 'matrix';

/** A parametrised residual block f(x, theta) on R^d, one sample and one particle at a time. */
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
}

/** The family of that name with the activation s. */
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
  };
}

/** f = s(Theta x) entry by entry with theta = Theta in row-major order, k = d d. */
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
  };
}

function dot(x: Float64Array, y: Float64Array): number {
  return x.reduce((sum, value, i) => sum + value * at(y, i), 0);
}

function checkTheta(theta: Float64Array, length: number): void {
  if (theta.length !== length)
    throw new RangeError(`a particle of this family has ${length} numbers, got ${theta.length}`);
}
