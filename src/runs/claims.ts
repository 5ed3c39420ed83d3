/** The results of `verify`, as JSON: claims, their checks, and the data of their figures. Shared with the browser. */

/** One number that decides a check. */
export interface Check {
  /** The measured quantity, such as `slope of the error, Heun`. */
  readonly name: string;
  readonly measured: number;
  /** Known for a fitted slope or a mean. */
  readonly standardError?: number;
  /** The band for the number; at least one bound. */
  readonly band: { readonly min?: number; readonly max?: number };
  readonly pass: boolean;
  /** Deviation relative to the tolerance: at most 1 if the check passes. */
  readonly miss: number;
}

export interface Axis {
  readonly title: string;
  readonly log?: boolean;
  /** Ticks at integers only. */
  readonly whole?: boolean;
  /** The axis starts at 0. */
  readonly zero?: boolean;
}

export interface Series {
  readonly name: string;
  /** x, y, and the lower and upper end of the spread if known. */
  readonly points: readonly (readonly [x: number, y: number, low?: number, high?: number])[];
  /** Default: both. */
  readonly mark?: 'line' | 'points' | 'both';
  /** A prediction beside measurements: thin and dashed. */
  readonly predicted?: boolean;
}

export interface ClaimPanel {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

export interface ClaimResult {
  readonly id: string;
  readonly title: string;
  /** The statement from the talk, in a sentence. */
  readonly statement: string;
  /** The figure, in a sentence, for the page. */
  readonly sentence: string;
  readonly checks: readonly Check[];
  /** Numbers shown beside the figure that decide nothing. */
  readonly reported: Readonly<Record<string, number>>;
  readonly panels: readonly ClaimPanel[];
  readonly pass: boolean;
  readonly seconds: number;
  /** Why the claim could not be measured. */
  readonly error?: string;
}
