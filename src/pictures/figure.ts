/** A figure: panels to draw, and a text that says what to look for. */
import type { Colour, Picture, Theme } from '../draw/index.ts';
import type { RunData } from '../runs/index.ts';
import type { RunSummary } from '../runs/run-summary.ts';
import type { PlainDrawing, Table } from './table-data.ts';

export interface Panel {
  /** Part of a file name. */
  readonly id: string;
  /** @param width - outer width in px */
  readonly draw: (theme: Theme, width: number) => Picture;
  /** The numbers, and a plain way to draw them. */
  readonly table: Table;
  readonly plain: PlainDrawing;
}

export interface Figure {
  /** Part of a file name. */
  readonly id: string;
  readonly title: string;
  /** Describes the content and what to look for. */
  readonly caption: string;
  /** A text alternative. */
  readonly alt: string;
  readonly panels: readonly Panel[];
}

/** A run as figures see it. */
export interface FigureRun {
  readonly data: RunData;
  readonly summary: RunSummary;
  /** Unique among the runs drawn together. */
  readonly label: string;
  /** Name in legends: that of the run, or of a group of runs that differ only in their seed. */
  readonly series: string;
  /** Colour of the series. */
  readonly colour: Colour;
}

/** Width of a panel of a page in px; panels are side by side. */
export const panelWidth = 440;

/** Maximum number of points per line. */
export const maxLinePoints = 1500;

export const percent = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(1)} %`;
