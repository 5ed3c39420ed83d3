/** Pictures as lists of marks, drawn on a canvas or written as SVG. It uses neither the DOM nor Node. */
export { type Context, drawPicture } from './canvas.ts';
export { captioned } from './caption.ts';
export * from './format.ts';
export * from './legend.ts';
export type {
  AreaMark,
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
export {
  blockColour,
  type Colour,
  darkRules,
  errorColour,
  grid,
  ink,
  muted,
  paper,
  rule,
  series,
  seriesColour,
  seriesDash,
  testColour,
  trainingColour,
} from './palette.ts';
export type { Shape } from './outlines.ts';
export {
  type Axis,
  type BandAxis,
  type Box,
  type Margins,
  type NumberAxis,
  plot,
  type Plot,
  type PlotOptions,
} from './plot.ts';
export { divergingLevel, inkOn, rampThrough, sequentialLevel } from './ramp.ts';
export { spreadLabels } from './spread.ts';
export { pictureToSvg } from './svg.ts';
export { fitText, textWidth, wrapText } from './text.ts';
export { type Theme, themes } from './theme.ts';
export { chooseTicks, labelTicks, makeScale, type ScaleType } from './ticks.ts';
