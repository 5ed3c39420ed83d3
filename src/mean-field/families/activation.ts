/** Activations s of the block families, with their derivatives s'. */
import { checkOneOf } from '../../check.ts';
import { ops, scope, type Tensor } from '../../tensor/index.ts';

export const familyActivations = ['tanh', 'softplus', 'gelu', 'erf', 'relu'] as const;
/** The activations of the block families. relu is not smooth: no order of convergence is guaranteed for it. */
export type FamilyActivation = (typeof familyActivations)[number];

/** s(u) and s'(u), elementwise. */
export interface ScalarActivation {
  readonly name: FamilyActivation;
  value(u: Tensor): Tensor;
  /** s'(u); also takes s(u), for activations whose slope is cheaper to compute from it. */
  slope(u: Tensor, value: Tensor): Tensor;
  /** s(u). Takes ownership of `u`, which may be overwritten and is used again only by `pull_`. */
  value_(u: Tensor): Tensor;
  /** q <- s'(u) q. Takes ownership of all three; the caller does not use `u` and `value` again. */
  pull_(q: Tensor, u: Tensor, value: Tensor): void;
}

const perSqrt2Pi = 1 / Math.sqrt(2 * Math.PI);
/** exp(-u^2 c) */
const bell = (u: Tensor, c: number): Tensor => {
  const z = ops.mul(u, u);
  ops.mulScalar_(z, -c);
  return ops.exp(z);
};
const normalDistribution = (u: Tensor): Tensor =>
  ops.mulScalar(ops.addScalar(ops.erf(ops.mulScalar(u, Math.SQRT1_2)), 1), 0.5);

interface Entry extends Pick<ScalarActivation, 'value' | 'slope'> {
  /** For slopes that follow from the value: computes the value in place, and pulls back from it. */
  readonly inPlace?: { value(u: Tensor): void; pull(q: Tensor, value: Tensor): void };
}

const table: Readonly<Record<FamilyActivation, Entry>> = {
  tanh: {
    value: (u) => ops.tanh(u),
    slope: (_u, value) => ops.rsubScalar(ops.mul(value, value), 1),
    inPlace: {
      value: (u) => {
        ops.tanh_(u);
      },
      pull: (q, value) => {
        ops.mul_(value, value);
        ops.addcmul_(q, q, value, -1);
      },
    },
  },
  // Without libtorch's threshold, above which softplus is the identity: the two formulas would differ there by
  // 2e-9.
  softplus: {
    value: (u) => ops.add(ops.relu(u), ops.log1p(ops.exp(ops.neg(ops.abs(u))))),
    slope: (u) => ops.sigmoid(u),
  },
  gelu: {
    value: (u) => ops.mul(u, normalDistribution(u)),
    slope: (u) => ops.add(normalDistribution(u), ops.mul(u, bell(u, 0.5)), perSqrt2Pi),
  },
  erf: {
    value: (u) => ops.erf(u),
    slope: (u) => ops.mulScalar(bell(u, 1), 2 / Math.sqrt(Math.PI)),
  },
  relu: {
    value: (u) => ops.relu(u),
    slope: (u) => ops.toDtype(ops.gtScalar(u, 0), u.dtype),
    inPlace: {
      value: (u) => {
        ops.relu_(u);
      },
      pull: (q, value) => {
        scope(() => {
          ops.mul_(q, ops.toDtype(ops.gtScalar(value, 0), q.dtype));
        });
      },
    },
  },
};

/**
 * The activation with that name. gelu is u Phi(u) with the exact Gaussian Phi; relu has slope 0 at 0.
 *
 * @throws UsageError for an unknown name
 */
export function scalarActivation(name: FamilyActivation): ScalarActivation {
  const { value, slope, inPlace } = table[checkOneOf('activation', name, familyActivations)];
  return {
    name,
    value: (u) => scope(() => value(u)),
    slope: (u, known) => scope(() => slope(u, known)),
    value_(u) {
      if (!inPlace) return scope(() => value(u));
      inPlace.value(u);
      return u;
    },
    pull_(q, u, known) {
      if (inPlace) inPlace.pull(q, known);
      else
        scope(() => {
          ops.mul_(q, slope(u, known));
        });
    },
  };
}
