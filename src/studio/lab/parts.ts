/**
 * The data of the lab's pictures, as parts that can each be drawn on arrival. Numbers that are only drawn have about
 * five digits; those of the part `numbers` have full precision. These are the types that several views emit; a view
 * declares its own in its folder.
 */

export interface Part {
  /** The type of the part. */
  readonly part: string;
  /** Distinguishes parts of one type in one picture. */
  readonly name?: string;
}

/** Row-major numbers with a shape. */
export interface Grid {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** The first part of every picture: the points and the visible square. */
export interface PointsPart extends Part {
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
export interface FlowPart extends Part {
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

/** The prediction as a field over the plane of states at depth t: the final height of a point starting there. */
export interface FieldPart extends Part {
  readonly part: 'field';
  readonly name: string;
  readonly t: number;
  /** Both axes run over [-window, window]; values [rows, columns], rows from the bottom. */
  readonly window: number;
  readonly values: Grid;
}

/** A section of a curve over training steps: columns of equal length, to be appended to the earlier ones. */
export interface CurvePart extends Part {
  readonly part: 'curve';
  readonly name: string;
  readonly step: readonly number[];
  readonly columns: Readonly<Record<string, readonly number[]>>;
}

/** The states of the points at one training step. */
export interface SnapshotPart extends Part {
  readonly part: 'snapshot';
  readonly name: string;
  readonly step: number;
  /** [L + 1, N, d] */
  readonly states: Grid;
  readonly depths: readonly number[];
  readonly loss: number;
}

export interface NumbersPart extends Part {
  readonly part: 'numbers';
  readonly numbers: Readonly<Record<string, number>>;
}

export interface ProgressPart extends Part {
  readonly part: 'progress';
  readonly done: number;
  readonly of: number;
  readonly doing: string;
}

/** Passes on a part that has been computed. */
export type Emit = (part: Part) => void;

/** Checks that a part has the fields of its type. */
export const typed = <P extends Part>(part: P): P => part;

export const numbersPart = (numbers: NumbersPart['numbers']): NumbersPart => ({ part: 'numbers', numbers });

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
