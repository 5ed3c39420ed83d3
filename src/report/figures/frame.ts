/** The frame that all figures share: sizes, fonts, axes. */
import { fitText, grid, ink, muted, paper, rule, textWidth } from '../../draw/index.ts';
import type { Spec } from './figure.ts';

/** Outer width of every panel in px; they are laid out side by side. */
export const panelWidth = 440;
export const fontSize = 12;
export const font = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

const config: Spec = {
  aria: false,
  font,
  background: paper.light,
  view: { stroke: null },
  axis: {
    labelFontSize: fontSize,
    titleFontSize: fontSize,
    labelColor: muted.light,
    titleColor: muted.light,
    titleFontWeight: 'normal',
    gridColor: grid.light,
    domainColor: rule.light,
    tickColor: rule.light,
    tickSize: 4,
    labelPadding: 4,
    titlePadding: 8,
    labelFlush: false,
  },
  axisY: {
    domain: false,
    ticks: false,
    titleAnchor: 'end',
    titleAngle: 0,
    titleAlign: 'left',
    titleBaseline: 'bottom',
  },
  axisX: { labelOverlap: 'greedy', grid: false, titleAnchor: 'middle' },
  title: { anchor: 'start', fontSize: 13, fontWeight: 600, color: ink.light, offset: 10, frame: 'bounds' },
  legend: {
    labelFontSize: fontSize,
    labelColor: ink.light,
    title: null,
    symbolType: 'stroke',
    symbolSize: 260,
    symbolStrokeWidth: 2.5,
    symbolOpacity: 1,
    columnPadding: 14,
    rowPadding: 3,
    labelLimit: 0,
  },
  line: { strokeJoin: 'round', strokeCap: 'round' },
};

export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Frame {
  /** Inner size: where the data are. */
  readonly width: number;
  readonly height: number;
  readonly margins: Margins;
}

/** A panel of inner height `height`; the margins are fixed, so that axes of neighbours line up. */
export function makeFrame(height: number, margins: Partial<Margins> = {}): Frame {
  const all = { left: 46, right: 16, top: 34, bottom: 42, ...margins };
  return { width: panelWidth - all.left - all.right, height, margins: all };
}

/** A whole specification of layers in a frame. */
export function specIn(frame: Frame, layers: readonly Spec[], extra: Spec = {}): Spec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    autosize: 'none',
    width: frame.width,
    height: frame.height,
    padding: frame.margins,
    config,
    ...extra,
    layer: layers,
  };
}

/** The title of the y axis: above it, from the left edge, to be read without turning the head. */
export function yAxis(title: string | readonly string[], frame: Frame, extra: Spec = {}): Spec {
  // Ticks of the y axis are chosen so that they do not touch; a count would thin out given values.
  const ticks = 'values' in extra ? {} : { tickCount: Math.round(frame.height / 45) };
  return { labelOverlap: false, title, titleX: 8 - frame.margins.left, titleY: -8, ...ticks, ...extra };
}

export interface LegendLayout {
  readonly rows: number;
  readonly spec: Spec;
}

/** A legend of the given labels above the plot, `above` px from its top edge, in as many columns as fit. */
export function legendAbove(labels: readonly string[], frame: Frame, above: number): LegendLayout {
  const cut = labels.map((label) => fitText(label, fontSize, frame.width - 30));
  // Vega reserves 0.8 em a character.
  const widest = Math.max(
    ...cut.map((label) => Math.max(label.length * 0.8 * fontSize, textWidth(label, fontSize))),
  );
  const columns = Math.max(1, Math.min(labels.length, Math.floor((frame.width + 14) / (widest + 36))));
  const rows = Math.ceil(labels.length / columns);
  return {
    rows,
    spec: {
      orient: 'none',
      direction: 'horizontal',
      columns,
      legendX: 0,
      legendY: -above - rows * legendRow,
      ...(cut.some((label, i) => label !== labels[i]) && {
        labelExpr: `${JSON.stringify(cut)}[indexof(${JSON.stringify(labels)}, datum.label)]`,
      }),
    },
  };
}

/** Height of a row of a legend in px. */
export const legendRow = 19;
