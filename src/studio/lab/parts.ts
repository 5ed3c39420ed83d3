/**
 * The data of the lab's pictures, as parts that can each be drawn on arrival. Numbers that are only drawn have about
 * five digits; those of the part `numbers` have full precision.
 */

/** Row-major numbers with a shape. */
export interface Grid {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** The first part of every picture: the points and the visible square. */
export interface PointsPart {
  readonly part: 'points';
  /** [N, 2] */
  readonly inputs: Grid;
  /** [N]: target heights. */
  readonly targets: readonly number[];
  /** Names of the classes at heights 1 and -1; null for a regression. */
  readonly classes: readonly [string, string] | null;
  /** The first two features lie in [-window, window]^2. */
  readonly window: number;
  /** Names of a block's parameters. */
  readonly parameters: readonly string[];
}

/** States of all points along depth. Flows of one picture are distinguished by name. */
export interface FlowPart {
  readonly part: 'flow';
  readonly name: string;
  /** t_0 .. t_L */
  readonly depths: readonly number[];
  /** [L + 1, N, d]; the height of the last is the prediction. */
  readonly states: Grid;
  readonly loss: number;
  /** Share of points whose height has the right sign; null for a regression. */
  readonly accuracy: number | null;
}

/** A mesh of the plane carried by the flow; its folding and stretching shows that of the network. */
export interface MeshPart {
  readonly part: 'mesh';
  readonly name: string;
  readonly depths: readonly number[];
  /** [L + 1, rows, columns, d] */
  readonly states: Grid;
}

/** The prediction as a field over the plane of states at depth t: the final height of a point starting there. */
export interface FieldPart {
  readonly part: 'field';
  readonly name: string;
  readonly t: number;
  /** Both axes run over [-window, window]; values [rows, columns], rows from the bottom. */
  readonly window: number;
  readonly values: Grid;
}

export interface CostatePart {
  readonly part: 'costate';
  readonly depths: readonly number[];
  /** [L + 1, N, d] */
  readonly costates: Grid;
  /** RMS over points of abs(p(., t)), the lower bound of the lemma for this scheme, and the talk's literal bound. */
  readonly norms: readonly number[];
  readonly bound: readonly number[];
  readonly literal: readonly number[];
  /** K_l of each step: the largest norm of grad_x F over the points, [L]. */
  readonly rates: readonly number[];
}

/** G(., t_l) on a plane of theta for one step. */
export interface LandscapePart {
  readonly part: 'landscape';
  readonly l: number;
  readonly t: number;
  /** Both axes run over [-window, window]; values [rows, columns], rows from the bottom. */
  readonly window: number;
  readonly axes: readonly [number, number];
  readonly values: Grid;
  /** Particles in the coordinates of the plane, [M, 2], with G and - grad G in the same coordinates, [M, 2]. */
  readonly particles: Grid;
  readonly own: readonly number[];
  readonly velocity: Grid;
}

/** G of the two-layer network with the same readout and residual, on the plane of step l. */
export interface ShallowPart {
  readonly part: 'shallow';
  readonly l: number;
  readonly values: Grid;
}

/** Minimisers of G over the ball at each depth. */
export interface DirectionPart {
  readonly part: 'direction';
  readonly depths: readonly number[];
  /** nu, [L, k] */
  readonly theta: Grid;
  /** G at nu and its mean over rho, [L]. */
  readonly values: readonly number[];
  readonly own: readonly number[];
}

/** E along (1 - lambda) rho + lambda nu. */
export interface AlongPart {
  readonly part: 'along';
  readonly lambda: readonly number[];
  readonly loss: readonly number[];
  /** E + lambda <dE/drho, nu - rho>. */
  readonly linear: readonly number[];
  readonly best: { readonly lambda: number; readonly loss: number };
}

/** A section of a curve over training steps: columns of equal length, to be appended to the earlier ones. */
export interface CurvePart {
  readonly part: 'curve';
  readonly name: string;
  readonly step: readonly number[];
  readonly columns: Readonly<Record<string, readonly number[]>>;
}

/** Particles at one training step, in all coordinates. */
export interface ParticlesPart {
  readonly part: 'particles';
  readonly step: number;
  /** [L, M, k] */
  readonly theta: Grid;
}

/** The states of the points at one training step. */
export interface SnapshotPart {
  readonly part: 'snapshot';
  readonly name: string;
  readonly step: number;
  /** [L + 1, N, d] */
  readonly states: Grid;
  readonly depths: readonly number[];
  readonly loss: number;
}

/** Orders of the expansion at depth 1. */
export interface OrderPart {
  readonly part: 'order';
  readonly order: number;
  /** Sum of orders 0 .. k, [N, d]. */
  readonly states: Grid;
  /** RMS over points of the remainder and of the last term, relative to that of X(., 1) - X(., 0). */
  readonly error: number;
  readonly share: number;
  /** binom(L, k) / L^k: weighted number of paths through k blocks. */
  readonly paths: number;
}

/** Beads at consecutive steps of Algorithm 1. */
export interface BeadsPart {
  readonly part: 'beads';
  readonly step: readonly number[];
  readonly loss: readonly number[];
  /** In order of creation, [steps, n]; null if the scheme has none. */
  readonly tau: Grid | null;
  readonly tauEnd: Grid | null;
  /** Step sizes in order of creation, [steps, n]. */
  readonly widths: Grid;
  /** [steps, n]: block indices in flow order. */
  readonly order: Grid;
  readonly swaps: readonly {
    readonly step: number;
    readonly pairs: readonly (readonly [number, number])[];
    /** E after the step minus E before it. */
    readonly jump: number;
  }[];
}

export interface NumbersPart {
  readonly part: 'numbers';
  readonly numbers: Readonly<Record<string, number>>;
}

export interface ProgressPart {
  readonly part: 'progress';
  readonly done: number;
  readonly of: number;
  readonly doing: string;
}

export type LabPart =
  | PointsPart
  | FlowPart
  | MeshPart
  | FieldPart
  | CostatePart
  | LandscapePart
  | ShallowPart
  | DirectionPart
  | AlongPart
  | CurvePart
  | ParticlesPart
  | SnapshotPart
  | OrderPart
  | BeadsPart
  | NumbersPart
  | ProgressPart;

export type Emit = (part: LabPart) => void;

/** Rounds numbers to about five digits relative to the largest. */
export function compact(values: ArrayLike<number>, digits = 5): number[] {
  let largest = 0;
  for (const value of Array.from(values)) {
    const size = Math.abs(value);
    if (size > largest && Number.isFinite(size)) largest = size;
  }
  if (largest === 0) return Array.from(values);
  const places = digits - 1 - Math.floor(Math.log10(largest));
  // Dividing by a power of ten gives the double with the shortest decimal form.
  const unit = 10 ** Math.min(300, Math.abs(places));
  return places >= 0
    ? Array.from(values, (value) => Math.round(value * unit) / unit)
    : Array.from(values, (value) => Math.round(value / unit) * unit);
}

export function grid(shape: readonly number[], values: ArrayLike<number>): Grid {
  return { shape, data: compact(values) };
}

/** Concatenates arrays of equal length. */
export function joined(arrays: readonly Float64Array[]): Float64Array {
  const size = arrays[0]?.length ?? 0;
  const all = new Float64Array(arrays.length * size);
  arrays.forEach((one, i) => {
    all.set(one, i * size);
  });
  return all;
}
