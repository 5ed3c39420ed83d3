/** A chart of a page: heading, legend and title of the y axis above a plot of fixed height. */
import {
  type Axis,
  type Box,
  type LegendEntry,
  legendMarks,
  legendRow,
  type Margins,
  type Mark,
  type Picture,
  placeLegend,
  plot,
  type Plot,
  type Theme,
  wrapText,
} from '../draw/index.ts';
import { drawLines, type LineOptions, type Lines } from './lines.ts';

export interface ChartOptions {
  /** Outer width, and height of the plot itself, in px. */
  readonly width: number;
  readonly height: number;
  readonly margins?: Partial<Omit<Margins, 'top'>>;
  readonly heading?: string;
  readonly legend?: readonly LegendEntry[];
  /** Minimum number of legend rows, so that the plots of neighbours are level. */
  readonly legendRows?: number;
  /** Above the plot, from its left edge. */
  readonly yTitle?: string;
  readonly description: string;
}

const fontSize = 12;
const left = 8;
const [headingHeight, titleRow] = [22, 16];

/** Everything above a plot; the plot begins at `height`. */
function header(options: ChartOptions, theme: Theme): { readonly marks: Mark[]; readonly height: number } {
  const { width, heading, legend = [], legendRows = 0, yTitle } = options;
  const marks: Mark[] = [];
  let y = 4;
  const text = { kind: 'text', x: left, size: fontSize, fill: theme.muted } as const;
  if (heading !== undefined) {
    marks.push({ ...text, y: y + 14, text: heading, size: 13, weight: 'bold' });
    y += headingHeight;
  }
  const placed = placeLegend(legend, width - left - 8, fontSize);
  const rows = Math.max(legendRows, placed.length ? placed.at(-1)!.row + 1 : 0);
  marks.push(...legendMarks(placed, { x: left, y }, theme, fontSize));
  y += rows * legendRow + (rows ? 3 : 0);
  for (const line of yTitle === undefined ? [] : wrapText(yTitle, fontSize, width - 2 * left)) {
    marks.push({ ...text, y: y + 12, text: line });
    y += titleRow;
  }
  return { marks, height: y + 8 };
}

function assemble(
  options: ChartOptions,
  theme: Theme,
  draw: (box: Box, margins: Partial<Margins>) => readonly Mark[],
): Picture {
  const { width, height, description } = options;
  const above = header(options, theme);
  const margins = { left: 46, right: 16, bottom: 38, ...options.margins, top: 0 };
  const box = { x: 0, y: above.height, width, height: height + margins.bottom };
  return {
    width,
    height: Math.ceil(above.height + box.height + 2),
    background: theme.paper,
    marks: [...draw(box, margins), ...above.marks],
    description,
  };
}

/** A chart whose plot holds the given marks. */
export function chart(
  options: ChartOptions & { readonly horizontal: Axis; readonly vertical: Axis },
  theme: Theme,
  inside: (plot: Plot) => readonly Mark[],
): Picture {
  const { horizontal, vertical } = options;
  return assemble(options, theme, (box, margins) => {
    const one = plot({ ...box, horizontal, vertical, margins }, theme);
    return [...one.frame, ...inside(one)];
  });
}

/** A chart of lines. */
export function lineChart(
  lines: Lines,
  options: Omit<ChartOptions, 'description'> &
    LineOptions & { readonly over?: (plot: Plot) => readonly Mark[] },
  theme: Theme,
): Picture {
  const { over, zoom, endRoom, ...rest } = options;
  // The header shows the title of the y axis.
  const untitled = { ...lines, y: { ...lines.y, title: undefined } };
  return assemble({ ...rest, description: lines.description }, theme, (box, margins) => {
    const drawn = drawLines(untitled, box, theme, {
      margins,
      ...(zoom && { zoom }),
      ...(endRoom !== undefined && { endRoom }),
    });
    const { plot: one } = drawn;
    const empty = lines.series.every(({ x }) => !x.length);
    return [
      ...drawn.marks,
      ...(over?.(one) ?? []),
      ...(empty
        ? [
            {
              kind: 'text',
              x: one.left + one.width / 2,
              y: one.top + one.height / 2,
              text: 'not enough data yet',
              fill: theme.muted,
              anchor: 'middle',
            } as const,
          ]
        : []),
    ];
  });
}
