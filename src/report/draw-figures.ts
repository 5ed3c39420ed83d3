/** Draws figures as SVG, and writes them to files. */
import { pictureToSvg, themes } from '../draw/index.ts';
import { quoteCell } from '../io/csv/rows.ts';
import { type Figure, panelWidth, type Table, vegaLite } from '../pictures/index.ts';
import { slug } from '../runs/index.ts';

/** A figure with its drawings. */
export interface DrawnFigure {
  readonly figure: Figure;
  /** Used in file names and in ids of the page; unique within a page. */
  readonly id: string;
  /** One SVG document per panel. */
  readonly svgs: readonly string[];
}

/** Figures in light colours, which a dark page replaces. */
export const drawFigures = (figures: readonly (Figure | undefined)[], prefix = ''): DrawnFigure[] =>
  figures
    .filter((figure) => figure !== undefined)
    .map((figure) => ({
      figure,
      id: `${prefix}${figure.id}`,
      svgs: figure.panels.map((panel) => pictureToSvg(panel.draw(themes.light, panelWidth))),
    }));

interface PanelFile {
  /** Name without its extension. */
  readonly name: string;
  readonly svg: string;
  /** The numbers of the panel. */
  readonly csv: string;
  readonly vegaLite: string;
}

/** The contents of a figure's files, by panel. */
export const panelFiles = ({ figure, id, svgs }: DrawnFigure): PanelFile[] =>
  figure.panels.map((panel, i) => ({
    name: figure.panels.length > 1 ? `${id}-${slug(panel.id)}` : id,
    svg: svgs[i] ?? '',
    csv: csvOf(panel.table),
    vegaLite: `${JSON.stringify(vegaLite(panel.table, panel.plain))}\n`,
  }));

const cell = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

const csvOf = ({ header, rows }: Table): string =>
  `${[header, ...rows].map((row) => row.map((value) => quoteCell(cell(value))).join(',')).join('\n')}\n`;
