/**
 * What the pictures of the lab are drawn from: parts, each of which can be drawn as soon as it is there. Numbers that are only
 * drawn carry about five digits; those of the part `numbers` all that there are.
 */

/** Numbers in row-major order with a shape. */
export interface Grid {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** The first part of every picture: the points, and the square that holds everything. */
export interface PointsPart {
  readonly part: 'points';
  /** [N, 2] */
  readonly inputs: Grid;
  /** [N]: the heights at which points are to arrive. */
  readonly targets: readonly number[];
  /** What heights 1 and -1 mean; null for a regression. */
  readonly classes: readonly [string, string] | null;
  /** The first two features lie in [-r, r] twice. */
  readonly window: number;
  /** Names of a block's parameters. */
  readonly parameters: readonly string[];
}

/** States of all points along depth. Several of one picture are told apart by their name. */
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

/** A mesh of the plane carried along by the flow: where it folds or stretches, so does the network. */
export interface MeshPart {
  readonly part: 'mesh';
  readonly name: string;
  readonly depths: readonly number[];
  /** [L + 1, rows, columns, d] */
  readonly states: Grid;
}

/** The prediction as a field over the plane of states at depth t: what a point there will arrive at. */
export interface FieldPart {
  readonly part: 'field';
  readonly name: string;
  readonly t: number;
  /** Both axes run over [-window, window]; values [rows, columns], rows from below. */
  readonly window: number;
  readonly values: Grid;
}

export interface CostatePart {
  readonly part: 'costate';
  readonly depths: readonly number[];
  /** [L + 1, N, d] */
  readonly costates: Grid;
  /** RMS over points of abs(p(., t)), the lower bound of the lemma for this scheme, and the talk's literal right-hand side. */
  readonly norms: readonly number[];
  readonly bound: readonly number[];
  readonly literal: readonly number[];
  /** K of each step: the largest norm of grad_x F at a point, [L]. */
  readonly rates: readonly number[];
}

/** G(., t_l) on a plane of theta, of one step. */
export interface LandscapePart {
  readonly part: 'landscape';
  readonly l: number;
  readonly t: number;
  /** Both axes run over [-window, window]; values [rows, columns], rows from below. */
  readonly window: number;
  readonly axes: readonly [number, number];
  readonly values: Grid;
  /** The particles in the plane's two coordinates, [M, 2], G there, and - grad G in these coordinates, [M, 2]. */
  readonly particles: Grid;
  readonly own: readonly number[];
  readonly velocity: Grid;
}

/** The two-layer network's G, with the same readout and residual, on the plane of step l. */
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

/** A stretch of a curve over the steps of a training: columns of equal length, to be appended to what is there. */
export interface CurvePart {
  readonly part: 'curve';
  readonly name: string;
  readonly step: readonly number[];
  readonly columns: Readonly<Record<string, readonly number[]>>;
}

/** Particles at one moment of a training, in all their coordinates. */
export interface ParticlesPart {
  readonly part: 'particles';
  readonly step: number;
  /** [L, M, k] */
  readonly theta: Grid;
}

/** The state of the points at depth 1, at one moment of a training. */
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
  /** Orders 0 .. k added, [N, d]. */
  readonly states: Grid;
  /** RMS over points of what these leave, and of the last term, over that of X(., 1) - X(., 0). */
  readonly error: number;
  readonly share: number;
  /** binom(L, k) / L^k: how many paths of k blocks there are, by their weight. */
  readonly paths: number;
}

/** Beads at consecutive steps of Algorithm 1. */
export interface BeadsPart {
  readonly part: 'beads';
  readonly step: readonly number[];
  readonly loss: readonly number[];
  /** By creation, [steps, n]; null where the scheme has none. */
  readonly tau: Grid | null;
  readonly tauEnd: Grid | null;
  /** Step sizes by creation, [steps, n]. */
  readonly widths: Grid;
  /** [steps, n]: who is met first, second, .. */
  readonly order: Grid;
  readonly swaps: readonly {
    readonly step: number;
    readonly pairs: readonly (readonly [number, number])[];
    /** E after the step less E before it. */
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

/** Numbers with about five digits of the largest of them. */
export function compact(values: ArrayLike<number>, digits = 5): number[] {
  let largest = 0;
  for (const value of Array.from(values)) {
    const size = Math.abs(value);
    if (size > largest && Number.isFinite(size)) largest = size;
  }
  if (largest === 0) return Array.from(values);
  const places = digits - 1 - Math.floor(Math.log10(largest));
  // Division by a power of ten gives the double that is written shortest.
  const unit = 10 ** Math.min(300, Math.abs(places));
  return places >= 0
    ? Array.from(values, (value) => Math.round(value * unit) / unit)
    : Array.from(values, (value) => Math.round(value / unit) * unit);
}

export function grid(shape: readonly number[], values: ArrayLike<number>): Grid {
  return { shape, data: compact(values) };
}

/** Arrays of one length one after the other. */
export function joined(arrays: readonly Float64Array[]): Float64Array {
  const size = arrays[0]?.length ?? 0;
  const all = new Float64Array(arrays.length * size);
  arrays.forEach((one, i) => {
    all.set(one, i * size);
  });
  return all;
}
