/** Marks as SVG text: what a saved picture is. */
import { cellRuns, edge } from './cells.ts';
import {
  arrowHead,
  type CellsMark,
  dotHalo,
  fontFamily,
  type Mark,
  type Numbers,
  type Picture,
} from './marks.ts';

/** The picture as an SVG document; its description is the title that readers speak. */
export function pictureToSvg({ width, height, background, marks, description }: Picture): string {
  const clips: string[] = [];
  const body = marks.map((mark) => svgOf(mark, clips)).join('');
  const definitions = clips.length ? `<defs>${clips.join('')}</defs>` : '';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" ` +
    `viewBox="0 0 ${n(width)} ${n(height)}" font-family="${escape(fontFamily)}" role="img">` +
    `<title>${escape(description)}</title>${definitions}` +
    `<rect width="${n(width)}" height="${n(height)}" fill="${escape(background)}"/>` +
    `<g stroke-linejoin="round" stroke-linecap="round">${body}</g></svg>\n`
  );
}

function svgOf(mark: Mark, clips: string[]): string {
  switch (mark.kind) {
    case 'path':
      return `<path d="${pathData(mark.points, mark.closed ?? false)}"${painted(mark)}${mark.dash?.length ? ` stroke-dasharray="${mark.dash.map(n).join(' ')}"` : ''}/>`;
    case 'dots':
      return dots(mark);
    case 'arrows':
      return arrows(mark);
    case 'rect':
      return `<rect x="${n(mark.x)}" y="${n(mark.y)}" width="${n(mark.width)}" height="${n(mark.height)}"${mark.radius ? ` rx="${n(mark.radius)}"` : ''}${painted(mark)}/>`;
    case 'cells':
      return cells(mark);
    case 'text':
      return text(mark);
    case 'clip': {
      const inside = mark.marks.map((one) => svgOf(one, clips)).join('');
      const id = `c${clips.length}`;
      clips.push(
        `<clipPath id="${id}"><rect x="${n(mark.x)}" y="${n(mark.y)}" width="${n(mark.width)}" height="${n(mark.height)}"/></clipPath>`,
      );
      return `<g clip-path="url(#${id})">${inside}</g>`;
    }
  }
}

/** Two decimals, without trailing zeros. */
const n = (value: number): string => String(Math.round(100 * value) / 100);

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);

function painted({
  fill,
  stroke,
  lineWidth,
  opacity,
}: {
  fill?: string;
  stroke?: string;
  lineWidth?: number;
  opacity?: number;
}): string {
  return (
    ` fill="${escape(fill ?? 'none')}"` +
    (stroke === undefined ? '' : ` stroke="${escape(stroke)}" stroke-width="${n(lineWidth ?? 1)}"`) +
    (opacity === undefined ? '' : ` opacity="${n(opacity)}"`)
  );
}

function pathData(points: Numbers, closed: boolean): string {
  let data = '';
  let down = false;
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!];
    if (Number.isNaN(x) || Number.isNaN(y)) down = false;
    else {
      data += `${down ? 'L' : 'M'}${n(x)} ${n(y)}`;
      down = true;
    }
  }
  return closed ? `${data}Z` : data;
}

function dots(mark: Extract<Mark, { kind: 'dots' }>): string {
  const { x, y, radius, fills, fill, halo } = mark;
  const circle = (i: number, more: number, paint: string): string =>
    `<circle cx="${n(x[i]!)}" cy="${n(y[i]!)}" r="${n((typeof radius === 'number' ? radius : radius[i]!) + more)}"${paint}/>`;
  const all = Array.from({ length: x.length }, (_, i) => i);
  const each = all
    .map((i) => circle(i, 0, fills?.[i] === undefined ? '' : ` fill="${escape(fills[i])}"`))
    .join('');
  const beneath =
    halo === undefined
      ? ''
      : `<g fill="${escape(halo)}">${all.map((i) => circle(i, dotHalo, '')).join('')}</g>`;
  const { stroke, lineWidth, opacity } = mark;
  const paint = {
    ...(fill !== undefined && { fill }),
    ...(stroke !== undefined && { stroke }),
    ...(lineWidth !== undefined && { lineWidth }),
  };
  // Each dot is as transparent as the canvas makes it, not the group as a whole.
  const through = opacity === undefined ? '' : ` fill-opacity="${n(opacity)}" stroke-opacity="${n(opacity)}"`;
  return `${beneath}<g${painted(paint)}${through}>${each}</g>`;
}

function arrows(mark: Extract<Mark, { kind: 'arrows' }>): string {
  const { x, y, dx, dy, head = 6, stroke = 'none', lineWidth = 1, opacity } = mark;
  let shafts = '';
  let heads = '';
  for (let i = 0; i < x.length; i++) {
    shafts += `M${n(x[i]!)} ${n(y[i]!)}L${n(x[i]! + dx[i]!)} ${n(y[i]! + dy[i]!)}`;
    const corners = arrowHead(x[i]!, y[i]!, dx[i]!, dy[i]!, head);
    if (corners) heads += pathData(corners, true);
  }
  return (
    `<g${opacity === undefined ? '' : ` opacity="${n(opacity)}"`}><path d="${shafts}" fill="none" stroke="${escape(stroke)}" stroke-width="${n(lineWidth)}"/>` +
    `<path d="${heads}" fill="${escape(stroke)}"/></g>`
  );
}

/** One path a level: a heat map of 64 x 64 cells stays small, and sharp at any size. */
function cells(mark: CellsMark): string {
  const paths = mark.ramp.map(() => '');
  for (const { level, row, from, to } of cellRuns(mark)) {
    const [left, right] = [from, to].map((at) => edge(mark.x, mark.width, mark.columns, at)) as [
      number,
      number,
    ];
    const [top, bottom] = [row, row + 1].map((at) => edge(mark.y, mark.height, mark.rows, at)) as [
      number,
      number,
    ];
    paths[level] = `${paths[level] ?? ''}M${n(left)} ${n(top)}H${n(right)}V${n(bottom)}H${n(left)}Z`;
  }
  const drawn = paths
    .map((data, level) => (data ? `<path d="${data}" fill="${escape(mark.ramp[level]!)}"/>` : ''))
    .join('');
  return `<g shape-rendering="crispEdges"${mark.opacity === undefined ? '' : ` opacity="${n(mark.opacity)}"`}>${drawn}</g>`;
}

const baselines = { top: 'hanging', middle: 'central', alphabetic: 'alphabetic', bottom: 'text-after-edge' };

function text(mark: Extract<Mark, { kind: 'text' }>): string {
  const { x, y, size = 12, anchor, baseline, weight, italic, upright, fill, halo, opacity } = mark;
  return (
    `<text x="${n(x)}" y="${n(y)}" font-size="${n(size)}" fill="${escape(fill)}"` +
    (anchor && anchor !== 'start' ? ` text-anchor="${anchor}"` : '') +
    (baseline && baseline !== 'alphabetic' ? ` dominant-baseline="${baselines[baseline]}"` : '') +
    (weight === 'bold' ? ' font-weight="bold"' : '') +
    (italic ? ' font-style="italic"' : '') +
    (upright ? ` transform="rotate(-90 ${n(x)} ${n(y)})"` : '') +
    (halo ? ` stroke="${escape(halo)}" stroke-width="3" paint-order="stroke"` : '') +
    (opacity === undefined ? '' : ` opacity="${n(opacity)}"`) +
    `>${escape(mark.text)}</text>`
  );
}
