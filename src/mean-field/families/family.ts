/**
 * Families of residual blocks f(x, theta), and the operations that a flow needs: the velocity of a slice of
 * particles, F(X) = sum_j w_j f(X, theta_j), and its derivatives in both directions. Notation: docs/notation.md.
 */
import { UsageError } from '../../errors.ts';
import { defaultDtype, ops, scope, type Tensor } from '../../tensor/index.ts';

const dtypeAdvice = `the default dtype of constructors is ${defaultDtype}`;

/** Weighted particles that act at one depth: sum_j w_j delta_{theta_j}. */
export interface Particles {
  /** [M, k]. */
  readonly theta: Tensor;
  /** [M]. */
  readonly weight: Tensor;
  /** The depth t, for families that depend on it. */
  readonly depth?: number | undefined;
}

/** The derivatives that a pull-back should return. */
export interface RequestedGradients {
  readonly state?: boolean;
  readonly theta?: boolean;
  readonly weight?: boolean;
}

/** Cotangents of F(X): grad_x F^T q, [N, d]; for each particle the sum over samples, [M, k] and [M]. */
export interface Pullback {
  readonly state?: Tensor;
  readonly theta?: Tensor;
  readonly weight?: Tensor;
}

/** A direction in which to differentiate F; parts left out stay fixed. */
export interface Direction {
  /** [N, d]. */
  readonly state?: Tensor;
  /** [M, k]. */
  readonly theta?: Tensor;
  /** [M]. */
  readonly weight?: Tensor;
}

/** States, each paired with a covector, both [R, d]: the rows of a tangent kernel. */
export interface Covectors {
  readonly state: Tensor;
  readonly covector: Tensor;
}

/** Peak storage of a closed-form tangent kernel. */
interface TangentMemory {
  /** Numbers stored per row and particle. */
  readonly features: number;
  /** Matrices of the size of the kernel, including the result. */
  readonly kernels: number;
}

/**
 * A family f : R^d x R^k -> R^d. All sizes come from the arguments; autograd can record `velocity`, `values` and
 * `pushforward`.
 */
export interface Family {
  readonly name: string;
  /** k for states with d features. @throws UsageError if the family does not support such states */
  parameterCount(stateSize: number): number;
  /** F(X) = sum_j w_j f(X, theta_j), [N, d], from X [N, d]. */
  velocity(state: Tensor, particles: Particles): Tensor;
  /** The cotangents of F(X) for q = `cotangent`, [N, d]; computes only the requested ones. */
  pullback(state: Tensor, particles: Particles, cotangent: Tensor, requested: RequestedGradients): Pullback;
  /** dF(X) in a direction, [N, d]. */
  pushforward(state: Tensor, particles: Particles, direction: Direction): Tensor;
  /** f(X, theta_j) of each particle, [M, N, d]; for small problems. `depth` is for families that depend on it. */
  values(state: Tensor, theta: Tensor, depth?: number): Tensor;
  /** Whether f also depends on depth, f(t, x, theta). Flows then set the depth of the particles. Default: false. */
  readonly dependsOnDepth?: boolean | undefined;
  /**
   * sum_j c_j (grad_theta f(x, theta_j)^T q) . (grad_theta f(x', theta_j)^T q'), [R, R'], in closed form. Without
   * it, the tangent kernel takes one pull-back per row.
   *
   * @param coefficient - c, [M]
   */
  tangent?(rows: Covectors, columns: Covectors, theta: Tensor, coefficient: Tensor): Tensor;
  /** Peak storage of `tangent`, for memory estimates. Default: k numbers per row and particle, and two kernels. */
  readonly tangentMemory?: ((stateSize: number) => TangentMemory) | undefined;
  /**
   * F(X) for a state that is a power series sum_k eps^k X_k, to the same order. Without it, the family has no
   * expansion.
   */
  velocitySeries?: ((state: readonly Tensor[], particles: Particles) => Tensor[]) | undefined;
}

const shapeOf = ({ shape }: Tensor): string => `[${shape.join(', ')}]`;

/** @throws UsageError unless the state is [N, d], the particles match it, and all tensors have one dtype */
export function checkParticles(family: Family, state: Tensor, particles: Particles): void {
  const d = checkState(state);
  checkFamily(family, d, particles);
  const { dtype } = state;
  const { theta, weight } = particles;
  if (theta.dtype !== dtype || weight.dtype !== dtype)
    throw new UsageError(
      `state, theta and weight must have the same dtype, got ${dtype}, ${theta.dtype}, ${weight.dtype} (${dtypeAdvice})`,
    );
}

/** Checks the state and returns d. */
function checkState(state: Tensor): number {
  if (state.rank !== 2) throw new UsageError(`expected a state [N, d], got shape ${shapeOf(state)}`);
  return state.shape[1] ?? 0;
}

/**
 * @throws UsageError unless theta is [M, k] and weight [M], with the k that the family needs for states with d
 * features
 */
export function checkFamily(family: Family, d: number, { theta, weight }: Particles): void {
  checkTheta(family, d, theta);
  if (weight.rank !== 1 || weight.shape[0] !== theta.shape[0])
    throw new UsageError(
      `${theta.shape[0]} particles need weights [${theta.shape[0]}], got shape ${shapeOf(weight)}`,
    );
}

/** @throws UsageError unless theta is [M, k], with the k that the family needs for states with d features */
export function checkTheta(family: Family, d: number, theta: Tensor): void {
  const k = family.parameterCount(d);
  if (theta.rank !== 2 || theta.shape[1] !== k)
    throw new UsageError(
      `family ${family.name} needs particles [M, ${k}] for states with ${d} features, got shape ${shapeOf(theta)}`,
    );
}

/** @throws UsageError unless the state is [N, d] and theta matches it */
export function checkValues(family: Family, state: Tensor, theta: Tensor): void {
  checkTheta(family, checkState(state), theta);
  checkType('state', state, 'theta', theta);
}

/** Flows compare shapes in every step: faster than comparing texts. */
const haveSameShape = ({ shape: a }: Tensor, { shape: b }: Tensor): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/** @throws UsageError unless the cotangent has the shape of the state */
export function checkCotangent(state: Tensor, cotangent: Tensor): void {
  if (!haveSameShape(cotangent, state))
    throw new UsageError(
      `expected a cotangent with the shape of the state, ${shapeOf(state)}, got shape ${shapeOf(cotangent)}`,
    );
  checkType('state', state, 'cotangent', cotangent);
}

/** @throws UsageError unless each part of the direction has the shape of the part that it moves */
export function checkDirection(state: Tensor, particles: Particles, direction: Direction): void {
  const moved = { state, ...particles };
  for (const name of ['state', 'theta', 'weight'] as const) {
    const given = direction[name];
    if (given && !haveSameShape(given, moved[name]))
      throw new UsageError(
        `expected a direction of ${name} of shape ${shapeOf(moved[name])}, got shape ${shapeOf(given)}`,
      );
    if (given) checkType(name, moved[name], 'its direction', given);
  }
}

/** @throws UsageError unless both have one dtype */
function checkType(name: string, x: Tensor, otherName: string, other: Tensor): void {
  if (x.dtype !== other.dtype)
    throw new UsageError(
      `${name} and ${otherName} must have the same dtype, got ${x.dtype} and ${other.dtype} (${dtypeAdvice})`,
    );
}

/** The sum of the terms that are defined; zero if there are none. */
export function sumOf(terms: readonly (Tensor | undefined)[], like: Tensor): Tensor {
  return scope(() => {
    const given = terms.filter((term) => term !== undefined);
    const first = given[0];
    if (!first) return ops.zeros(like.shape, like.dtype, undefined, like.device);
    return given.slice(1).reduce((sum, term) => ops.add(sum, term), first);
  });
}
