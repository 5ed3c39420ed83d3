/** Writes marks as an SVG document. */
import { cellRuns, edge } from './cells.ts';
import { traceArea, traceLine, traceSymbol } from './outlines.ts';
import { arrowHead, type CellsMark, dotHalo, fontFamily, type Mark, type Picture } from './marks.ts';

/** The picture as an SVG document, with its description as the title that screen readers announce. */
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
      return `<path d="${traceLine(mark.points, mark.closed ?? false)}"${painted(mark)}${mark.dash?.length ? ` stroke-dasharray="${mark.dash.map(n).join(' ')}"` : ''}/>`;
    case 'area':
      return `<path d="${traceArea(mark.x, mark.low, mark.high)}"${painted(mark)}/>`;
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
      const id = `clip${clips.length}`;
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

function dots(mark: Extract<Mark, { kind: 'dots' }>): string {
  const { x, y, radius, shape, fills, fill, halo } = mark;
  const circle = (i: number, more: number, paint: string): string => {
    const r = (typeof radius === 'number' ? radius : radius[i]!) + more;
    return shape
      ? `<path d="${traceSymbol(shape, r)}" transform="translate(${n(x[i]!)},${n(y[i]!)})"${paint}/>`
      : `<circle cx="${n(x[i]!)}" cy="${n(y[i]!)}" r="${n(r)}"${paint}/>`;
  };
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
  // As on a canvas, the opacity applies to each dot, not to the group.
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
    if (corners) heads += traceLine(corners, true);
  }
  return (
    `<g${opacity === undefined ? '' : ` opacity="${n(opacity)}"`}><path d="${shafts}" fill="none" stroke="${escape(stroke)}" stroke-width="${n(lineWidth)}"/>` +
    `<path d="${heads}" fill="${escape(stroke)}"/></g>`
  );
}

/** One path per level keeps a heat map of 64 x 64 cells small, and sharp at any size. */
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

/** Offset of the baseline in em, since not every SVG renderer supports dominant-baseline. */
const baselines = { top: 0.78, middle: 0.35, alphabetic: 0, bottom: -0.22 };

function text(mark: Extract<Mark, { kind: 'text' }>): string {
  const {
    x,
    y,
    size = 12,
    anchor,
    baseline = 'alphabetic',
    weight,
    italic,
    angle,
    fill,
    halo,
    opacity,
  } = mark;
  const at = `x="${n(x)}" y="${n(y + baselines[baseline] * size)}"`;
  const shared =
    `${at} font-size="${n(size)}"` +
    (anchor && anchor !== 'start' ? ` text-anchor="${anchor}"` : '') +
    (weight === 'bold' ? ' font-weight="bold"' : '') +
    (italic ? ' font-style="italic"' : '') +
    (angle ? ` transform="rotate(${n(angle)} ${n(x)} ${n(y)})"` : '') +
    (opacity === undefined ? '' : ` opacity="${n(opacity)}"`);
  const written = escape(mark.text);
  // The outline is a separate text below, because paint-order is not supported everywhere.
  return (
    (halo ? `<text ${shared} fill="none" stroke="${escape(halo)}" stroke-width="3">${written}</text>` : '') +
    `<text ${shared} fill="${escape(fill)}">${written}</text>`
  );
}
