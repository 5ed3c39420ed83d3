import { at, checkSameShape, denseArray, type DenseArray, type Evaluated } from './array.ts';
import { erf } from './erf.ts';

/** A scalar activation s and its derivative. */
export interface Activation {
  readonly value: (u: number) => number;
  /** s'(u); passing s(u) may be cheaper. */
  readonly slope: (u: number, value?: number) => number;
}

export type ActivationName = 'relu' | 'softplus' | 'tanh' | 'erf' | 'gelu';

/**
 * The activations by name. relu has slope 0 at 0, as in PyTorch. softplus is log(1 + e^u) exactly, without
 * PyTorch's threshold at 20 (the two differ by at most e^-20 = 2.1e-9, just above it). gelu is u Phi(u) with the
 * exact Gaussian Phi.
 */
export const activations: Readonly<Record<ActivationName, Activation>> = {
  relu: { value: (u) => (u > 0 ? u : 0), slope: (u) => (u > 0 ? 1 : 0) },
  softplus: {
    value: (u) => Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u))),
    slope: (u) => 1 / (1 + Math.exp(-u)),
  },
  tanh: { value: Math.tanh, slope: (u, value = Math.tanh(u)) => 1 - value * value },
  erf: { value: erf, slope: (u) => (2 / Math.sqrt(Math.PI)) * Math.exp(-u * u) },
  gelu: {
    value: (u) => u * normal(u),
    slope: (u) => normal(u) + (u * Math.exp((-u * u) / 2)) / Math.sqrt(2 * Math.PI),
  },
};

/** Phi(u), the standard normal distribution function. */
function normal(u: number): number {
  return (1 + erf(u / Math.SQRT2)) / 2;
}

/** s(x), elementwise; the pull-back is s'(x) p. */
export function activation(x: DenseArray, name: ActivationName): Evaluated {
  const s = activations[name];
  return {
    value: denseArray(x.shape, x.data.map(s.value)),
    backward(cotangent) {
      checkSameShape(x, cotangent);
      return denseArray(
        x.shape,
        cotangent.data.map((p, i) => p * s.slope(at(x.data, i))),
      );
    },
  };
}
