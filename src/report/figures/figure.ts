/** What a figure is: specifications to draw, and words that say what to look for. */
import type { RunData } from '../../runs/index.ts';
import type { Colour } from '../../draw/index.ts';
import type { RunSummary } from '../../runs/run-summary.ts';

/** A Vega-Lite specification with its data, as plain JSON. */
export type Spec = Readonly<Record<string, unknown>>;

export interface Panel {
  /** Part of a file name. */
  readonly id: string;
  readonly spec: Spec;
}

export interface Figure {
  /** Part of a file name. */
  readonly id: string;
  readonly title: string;
  /** What is drawn and what to look for. */
  readonly caption: string;
  /** What the figure shows, for those who do not see it. */
  readonly alt: string;
  readonly panels: readonly Panel[];
}

/** A run as figures see it. */
export interface FigureRun {
  readonly data: RunData;
  readonly summary: RunSummary;
  /** Distinct among the runs that are drawn together. */
  readonly label: string;
  /** Name in legends: the run's own, or that of the runs which differ from it by their seed alone. */
  readonly series: string;
  /** That of its series. */
  readonly colour: Colour;
}

/** Most points of one line. */
export const maxLinePoints = 1500;

export const percent = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(1)} %`;
