/** Draws marks on a canvas. The DOM types it needs are declared here, so that it compiles without the DOM library. */
import { cellImage } from './cell-image.ts';
import { cellRuns, edge } from './cells.ts';
import { traceArea, traceLine, traceSymbol, type Tracer } from './outlines.ts';
import {
  arrowHead,
  type CellsMark,
  type ClipMark,
  dotHalo,
  fontFamily,
  type Mark,
  type Picture,
  type TextMark,
} from './marks.ts';

/** The used part of CanvasRenderingContext2D. */
export interface Context extends Tracer {
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  globalAlpha: number;
  lineJoin: string;
  lineCap: string;
  font: string;
  textAlign: string;
  textBaseline: string;
  save: () => void;
  restore: () => void;
  translate: (x: number, y: number) => void;
  rotate: (angle: number) => void;
  setTransform: (a: number, b: number, c: number, d: number, e: number, f: number) => void;
  roundRect: (x: number, y: number, width: number, height: number, radius: number) => void;
  fillRect: (x: number, y: number, width: number, height: number) => void;
  clip: () => void;
  fill: () => void;
  stroke: () => void;
  setLineDash: (lengths: number[]) => void;
  drawImage: (image: never, x: number, y: number, width: number, height: number) => void;
  fillText: (text: string, x: number, y: number) => void;
  strokeText: (text: string, x: number, y: number) => void;
}

/** @param scale - device pixels per CSS pixel, which the size of the canvas includes */
export function drawPicture(context: Context, picture: Picture, scale = 1): void {
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.globalAlpha = 1;
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.setLineDash([]);
  context.fillStyle = picture.background;
  context.fillRect(0, 0, picture.width, picture.height);
  for (const mark of picture.marks) drawMark(context, mark);
}

function drawMark(context: Context, mark: Mark): void {
  if (mark.kind === 'clip') {
    drawClipped(context, mark);
    return;
  }
  context.globalAlpha = mark.opacity ?? 1;
  switch (mark.kind) {
    case 'path':
      context.setLineDash([...(mark.dash ?? [])]);
      context.beginPath();
      traceLine(mark.points, mark.closed ?? false, context);
      paint(context, mark);
      context.setLineDash([]);
      break;
    case 'area':
      context.beginPath();
      traceArea(mark.x, mark.low, mark.high, context);
      paint(context, mark);
      break;
    case 'dots':
      drawDots(context, mark);
      break;
    case 'arrows':
      drawArrows(context, mark);
      break;
    case 'rect':
      context.beginPath();
      if (mark.radius) context.roundRect(mark.x, mark.y, mark.width, mark.height, mark.radius);
      else context.rect(mark.x, mark.y, mark.width, mark.height);
      paint(context, mark);
      break;
    case 'cells':
      drawCells(context, mark);
      break;
    case 'text':
      context.font = `${mark.italic ? 'italic ' : ''}${mark.weight ?? 'normal'} ${mark.size ?? 12}px ${fontFamily}`;
      context.textAlign = mark.anchor === 'middle' ? 'center' : (mark.anchor ?? 'start');
      context.textBaseline = mark.baseline ?? 'alphabetic';
      if (mark.angle) {
        context.save();
        context.translate(mark.x, mark.y);
        context.rotate((mark.angle * Math.PI) / 180);
        writeText(context, mark, 0, 0);
        context.restore();
      } else writeText(context, mark, mark.x, mark.y);
      break;
  }
}

function writeText(context: Context, { text, halo, fill }: TextMark, x: number, y: number): void {
  if (halo) {
    context.strokeStyle = halo;
    context.lineWidth = 3;
    context.strokeText(text, x, y);
  }
  context.fillStyle = fill;
  context.fillText(text, x, y);
}

function drawClipped(context: Context, { x, y, width, height, marks }: ClipMark): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  for (const mark of marks) drawMark(context, mark);
  context.restore();
}

function paint(
  context: Context,
  { fill, stroke, lineWidth }: { fill?: string; stroke?: string; lineWidth?: number },
): void {
  if (fill !== undefined) {
    context.fillStyle = fill;
    context.fill();
  }
  if (stroke !== undefined) {
    context.strokeStyle = stroke;
    context.lineWidth = lineWidth ?? 1;
    context.stroke();
  }
}

function drawDots(context: Context, mark: Extract<Mark, { kind: 'dots' }>): void {
  const { x, y, radius, shape, fills, fill, halo } = mark;
  const radiusAt = (i: number): number => (typeof radius === 'number' ? radius : radius[i]!);
  const traceLarger = (i: number, more: number): void => {
    const r = radiusAt(i) + more;
    if (shape) {
      context.translate(x[i]!, y[i]!);
      traceSymbol(shape, r, context);
      context.translate(-x[i]!, -y[i]!);
      return;
    }
    context.moveTo(x[i]! + r, y[i]!);
    context.arc(x[i]!, y[i]!, r, 0, 2 * Math.PI);
  };
  const trace = (i: number): void => {
    traceLarger(i, 0);
  };
  if (halo !== undefined) {
    context.beginPath();
    for (let i = 0; i < x.length; i++) traceLarger(i, dotHalo);
    paint(context, { fill: halo });
  }
  // One path per colour: 500 calls of fill would take a frame.
  const groups = new Map<string, number[]>();
  for (let i = 0; i < x.length; i++) {
    const colour = fills?.[i] ?? fill ?? '';
    const group = groups.get(colour);
    if (group) group.push(i);
    else groups.set(colour, [i]);
  }
  for (const [colour, members] of groups) {
    context.beginPath();
    members.forEach(trace);
    paint(context, { ...mark, ...(colour && { fill: colour }) });
  }
}

function drawArrows(context: Context, mark: Extract<Mark, { kind: 'arrows' }>): void {
  const { x, y, dx, dy, head = 6, stroke, lineWidth } = mark;
  context.beginPath();
  for (let i = 0; i < x.length; i++) {
    context.moveTo(x[i]!, y[i]!);
    context.lineTo(x[i]! + dx[i]!, y[i]! + dy[i]!);
  }
  paint(context, { ...(stroke !== undefined && { stroke }), ...(lineWidth !== undefined && { lineWidth }) });
  context.beginPath();
  for (let i = 0; i < x.length; i++) {
    const corners = arrowHead(x[i]!, y[i]!, dx[i]!, dy[i]!, head);
    if (corners) traceLine(corners, true, context);
  }
  if (stroke !== undefined) paint(context, { fill: stroke });
}

function drawCells(context: Context, mark: CellsMark): void {
  const image = mark.smooth ? cellImage(mark) : undefined;
  if (image !== undefined) {
    context.drawImage(image as never, mark.x, mark.y, mark.width, mark.height);
    return;
  }
  for (const { level, from, to, row } of cellRuns(mark)) {
    context.fillStyle = mark.ramp[level];
    const [left, right] = [
      edge(mark.x, mark.width, mark.columns, from),
      edge(mark.x, mark.width, mark.columns, to),
    ];
    const [top, bottom] = [
      edge(mark.y, mark.height, mark.rows, row),
      edge(mark.y, mark.height, mark.rows, row + 1),
    ];
    context.fillRect(left, top, right - left, bottom - top);
  }
}
