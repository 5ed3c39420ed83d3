/** What `verify` measures, as JSON: claims, their checks, and the data of their figures. Shared with the browser. */

/** One number that decides. */
export interface Check {
  /** What was measured, such as `slope of the error, Heun`. */
  readonly name: string;
  readonly measured: number;
  /** Of the measured number: of a fitted slope, of a mean. */
  readonly standardError?: number;
  /** Where the number must lie; at least one bound. */
  readonly band: { readonly min?: number; readonly max?: number };
  readonly pass: boolean;
  /** How many times further than allowed the number is off: at most 1 where it passes. */
  readonly miss: number;
}

export interface Axis {
  readonly title: string;
  readonly log?: boolean;
  /** Ticks at whole numbers only. */
  readonly whole?: boolean;
  /** The axis reaches down to 0. */
  readonly zero?: boolean;
}

export interface Series {
  readonly name: string;
  /** x, y, and where known the lower and upper end of the spread. */
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
  /** The statement of the talk, in a sentence. */
  readonly statement: string;
  /** What is shown, in a sentence, for the page. */
  readonly sentence: string;
  readonly checks: readonly Check[];
  /** Numbers that decide nothing but belong to the picture. */
  readonly reported: Readonly<Record<string, number>>;
  readonly panels: readonly ClaimPanel[];
  readonly pass: boolean;
  readonly seconds: number;
  /** Why it could not be measured. */
  readonly error?: string;
}
