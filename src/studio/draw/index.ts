/** Pictures as lists of marks: drawn on a canvas, written as SVG. No DOM, no Node. */
export { formatCount } from '../../report/format.ts';
export { type Context, drawPicture } from './canvas.ts';
export { captioned } from './caption.ts';
export type {
  ArrowsMark,
  CellsMark,
  ClipMark,
  DotsMark,
  Mark,
  Numbers,
  PathMark,
  Picture,
  RectMark,
  TextMark,
} from './marks.ts';
export { type Axis, plot, type Plot, type PlotOptions, powerOfTen } from './plot.ts';
export { pictureToSvg } from './svg.ts';
export { textLength } from './text-length.ts';
export { divergingLevel, rampThrough, sequentialLevel, type Theme } from './theme.ts';
export { themes } from './themes.ts';
