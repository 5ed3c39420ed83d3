/** What `analyse` measures on a trained net, as JSON: `analysis.json`. Shared with the browser. */
import type { Check, ClaimPanel } from './claims.ts';

/** A matrix as coloured cells. */
export interface HeatMap {
  readonly title: string;
  readonly x: { readonly title: string; readonly labels: readonly string[] };
  readonly y: { readonly title: string; readonly labels: readonly string[] };
  /** values[row][column], of either sign. */
  readonly values: readonly (readonly number[])[];
}

export interface AnalysisSection {
  /** Part of file names and of links. */
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** What was found, in a sentence or two. */
  readonly sentence: string;
  /** How the figures are read. */
  readonly caption: string;
  /** Identities: one that fails is a fault of the program. */
  readonly checks: readonly Check[];
  /** Statements that a trained net may violate. */
  readonly findings: readonly Check[];
  /** Numbers that sum the section up. */
  readonly reported: Readonly<Record<string, number>>;
  readonly panels: readonly ClaimPanel[];
  readonly heatMaps: readonly HeatMap[];
}

/** Where the blocks of a stage stand. */
export interface AnalysedStage {
  readonly name: string;
  /** Particles in the order of the flow. */
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
  /** Test images for errors; for derivatives. */
  readonly images: number;
  readonly gradientImages: number;
  /** Most subsets, permutations or paths of one kind. */
  readonly draws: number;
  /** Of the draws. */
  readonly seed: number;
  readonly seconds: number;
  readonly stages: readonly AnalysedStage[];
  readonly sections: readonly AnalysisSection[];
  /** Every number, by section. */
  readonly measurements: Readonly<Record<string, unknown>>;
}
