/**
 * The engine interface of the lab, on plain arrays. There are two engines: `reference`, which runs in any browser,
 * and the native one, which runs in a worker process of the server. Sizes: N samples, d features, L steps of depth, M
 * particles, k parameters.
 */
import type { FlowMethod, SchemeName } from '../../reference/index.ts';
import type { ViewState } from './knobs.ts';

/** Data and the fixed readout: E = mean over samples of 1/2 (W1 X(x, 1) - y)^2, X(x, 0) = x. */
export interface LabProblem {
  readonly samples: number;
  readonly d: number;
  /** [N, d] */
  readonly inputs: Float64Array;
  /** [N] */
  readonly targets: Float64Array;
  /** W1, [d] */
  readonly readout: Float64Array;
}

export interface LabFamily {
  readonly name: ViewState['family'];
  readonly activation: ViewState['activation'];
  /** A single step is the two-layer model: f - x. */
  readonly twoLayer?: boolean;
}

/** A problem and the blocks that solve it. */
export interface Setting {
  readonly problem: LabProblem;
  readonly family: LabFamily;
}

/** L steps of depth with M weighted particles each. */
export interface Rho {
  readonly slices: number;
  readonly particles: number;
  /** k */
  readonly size: number;
  /** h_l, [L] */
  readonly steps: Float64Array;
  /** [L, M, k] */
  readonly theta: Float64Array;
  /** [L, M] */
  readonly weight: Float64Array;
}

/** A flow with its adjoint. */
export interface Solution {
  /** E. */
  readonly loss: number;
  /** X^0 .. X^L and p^0 .. p^L, [N, d] each; costates do not include the 1/N of the mean. */
  readonly states: readonly Float64Array[];
  readonly costates: readonly Float64Array[];
}

/** A state and a costate, [N, d] each; G(., t_l) is evaluated at (X^l, p^{l+1}). */
export interface StateAndCostate {
  readonly state: Float64Array;
  readonly costate: Float64Array;
}

export interface TrainOptions {
  readonly ds: number;
  readonly steps: number;
  readonly method: FlowMethod;
}

export interface TrainPoint {
  readonly step: number;
  readonly s: number;
  /** E, D = - dE/ds, and the integral of D so far by the quadrature of the scheme. */
  readonly loss: number;
  readonly dissipation: number;
  readonly dissipated: number;
  /** A copy of the particles, [L, M, k], made on demand. */
  readonly theta: () => Float64Array;
}

/** Parameters other than theta learned by the schemes of Algorithm 1, in order of creation. */
export interface LabSchedule {
  readonly tau?: Float64Array;
  readonly tauEnd?: Float64Array;
  readonly step?: Float64Array;
}

export interface BlockOptions {
  readonly scheme: SchemeName;
  readonly steps: number;
  readonly rate: number;
  readonly tauRate: number;
}

export interface BlockPoint {
  readonly step: number;
  readonly loss: number;
  readonly schedule: LabSchedule;
  /** Block indices in flow order, and the pairs swapped in this step. */
  readonly order: readonly number[];
  readonly swaps: readonly (readonly [number, number])[];
  /** A copy of the blocks, [n, k]. */
  readonly theta: () => Float64Array;
}

export interface Engine {
  readonly name: 'native' | 'reference';

  /** X^0 .. X^L of the problem's inputs, [N, d] each. */
  states(setting: Setting, rho: Rho): Float64Array[];
  /** E alone. */
  energy(setting: Setting, rho: Rho): number;
  solve(setting: Setting, rho: Rho): Solution;
  /** G at the rows of theta, [m, k]: [m]. */
  values(setting: Setting, place: StateAndCostate, theta: Float64Array): Float64Array;
  /** grad_theta G at the rows of theta: [m, k]. */
  slopes(setting: Setting, place: StateAndCostate, theta: Float64Array): Float64Array;
  /** The Jacobians of the velocity of step l at the rows of a state: [N, d, d]. */
  jacobians(setting: Setting, rho: Rho, l: number, state: Float64Array): Float64Array;

  /** Minimises G over the ball by projected gradient descent from the given starts, [m, k]. */
  minimise(
    setting: Setting,
    place: StateAndCostate,
    starts: Float64Array,
    options: { readonly radius: number; readonly steps: number },
  ): { readonly theta: Float64Array; readonly value: number };
  /** The lambda that minimises E of (1 - lambda) rho + lambda nu; nu has one atom per step, [L, k]. */
  lineSearch(
    setting: Setting,
    rho: Rho,
    nu: Float64Array,
  ): { readonly lambda: number; readonly loss: number };

  /**
   * Runs the Wasserstein gradient flow. `onStep` receives every point including the start; returning `false` stops
   * the flow.
   */
  train(setting: Setting, rho: Rho, options: TrainOptions, onStep?: (point: TrainPoint) => unknown): Rho;
  /** Algorithm 1 and its controls on n blocks, theta [n, k]. */
  trainBlocks(
    setting: Setting,
    theta: Float64Array,
    schedule: LabSchedule,
    options: BlockOptions,
    onStep: (point: BlockPoint) => unknown,
  ): void;

  /** Coefficients C_0 .. C_K of the expansion of X(., 1) in the size of rho, [N, d] each. */
  expand(setting: Setting, rho: Rho, order: number): Float64Array[];
  /**
   * The tangent kernel between the problem's inputs and others, [N', d]: [N, N']; by default between the inputs
   * themselves.
   */
  kernel(setting: Setting, rho: Rho, against?: Float64Array): Float64Array;
  /**
   * Gradient descent of the linearised model from a residual, [N]; `moved` is eta times the sum of all earlier
   * residuals.
   */
  linearised(
    kernel: Float64Array,
    residual: Float64Array,
    options: { readonly eta: number; readonly steps: number },
  ): { readonly losses: Float64Array; readonly residual: Float64Array; readonly moved: Float64Array };
}
