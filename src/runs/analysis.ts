/** The results of `analyse` on a trained net, as JSON: `analysis.json`. Shared with the browser. */
import type { Check, ClaimPanel } from './claims.ts';

/** A matrix of coloured cells. */
export interface HeatMap {
  readonly title: string;
  readonly x: { readonly title: string; readonly labels: readonly string[] };
  readonly y: { readonly title: string; readonly labels: readonly string[] };
  /** values[row][column], of either sign. */
  readonly values: readonly (readonly number[])[];
}

export interface AnalysisSection {
  /** Used in file names and links. */
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** The finding, in a sentence or two. */
  readonly sentence: string;
  /** How to read the figures. */
  readonly caption: string;
  /** Identities that must hold: a failure is a bug in the program. */
  readonly checks: readonly Check[];
  /** Statements that a trained net may violate. */
  readonly findings: readonly Check[];
  /** Numbers that summarize the section. */
  readonly reported: Readonly<Record<string, number>>;
  readonly panels: readonly ClaimPanel[];
  readonly heatMaps: readonly HeatMap[];
}

/** Positions of the blocks of a stage. */
export interface AnalysedStage {
  readonly name: string;
  /** Particles in depth order. */
  readonly order: readonly number[];
  /** h_l in that order. */
  readonly steps: readonly number[];
}

export interface Analysis {
  readonly version: 1;
  readonly run: string;
  readonly checkpoint: string;
  readonly step: number;
  readonly dataset: string;
  readonly model: string;
  readonly scheme: string;
  readonly trainingSeed: number;
  /** Number of test images for errors, and for derivatives. */
  readonly images: number;
  readonly gradientImages: number;
  /** Maximum number of subsets, permutations or paths of one kind. */
  readonly draws: number;
  /** Seed of the random draws. */
  readonly seed: number;
  readonly seconds: number;
  readonly stages: readonly AnalysedStage[];
  readonly sections: readonly AnalysisSection[];
  /** Every number, by section. */
  readonly measurements: Readonly<Record<string, unknown>>;
}
