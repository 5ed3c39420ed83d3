/** The input of a view's drawing, and pictures common to all views. */
import type { Mark, Picture, Theme } from '../../../draw/index.ts';
import type { ViewState } from '../knobs.ts';
import type { PictureData } from '../picture-data.ts';

/** Slider positions; they need no new computation. */
export interface Cursor {
  /** Depth, 0 .. 1. */
  readonly t: number;
  /** Fraction of the training, 0 .. 1. */
  readonly s: number;
}

export interface DrawOptions {
  readonly data: PictureData;
  /** The state that the data belong to. */
  readonly state: ViewState;
  readonly cursor: Cursor;
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

export const pictureOf = (
  { width, height, theme }: DrawOptions,
  marks: readonly (Mark | readonly Mark[])[],
  description: string,
): Picture => ({ width, height, background: theme.paper, marks: marks.flat(), description });

/** The picture before the first part arrives. */
export const waiting = (options: DrawOptions): Picture =>
  pictureOf(
    options,
    [
      {
        kind: 'text',
        x: options.width / 2,
        y: options.height / 2,
        text: 'Computing \u2026',
        size: 15,
        anchor: 'middle',
        fill: options.theme.muted,
      },
    ],
    'no data yet',
  );

/** Formats a number with four significant digits. */
export const formatDigits = (value: number | undefined): string =>
  value === undefined ? 'unknown' : String(Number(value.toPrecision(4)));
