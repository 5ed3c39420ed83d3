/** A scene draws the picture of a view from the parts received so far. */
import type { Mark, Picture, Theme } from '../../../draw/index.ts';
import type { LabState } from '../knobs.ts';
import type { PictureData } from './picture-data.ts';

/** Slider positions; they need no new computation. */
export interface Cursor {
  /** Depth, 0 .. 1. */
  readonly t: number;
  /** Fraction of the training, 0 .. 1. */
  readonly s: number;
}

export interface SceneOptions {
  readonly data: PictureData;
  /** The state that the data belong to. */
  readonly state: LabState;
  readonly cursor: Cursor;
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

export interface Scene {
  /** Height of the picture for a width, in px. */
  readonly height: (width: number) => number;
  /** Draws the available parts; missing ones are skipped. */
  readonly picture: (options: SceneOptions) => Picture;
}

export const pictureOf = (
  { width, height, theme }: SceneOptions,
  marks: readonly (Mark | readonly Mark[])[],
  description: string,
): Picture => ({ width, height, background: theme.paper, marks: marks.flat(), description });

/** The picture before the first part arrives. */
export const waiting = (options: SceneOptions): Picture =>
  pictureOf(
    options,
    [
      {
        kind: 'text',
        x: options.width / 2,
        y: options.height / 2,
        text: 'computing \u2026',
        size: 15,
        anchor: 'middle',
        fill: options.theme.muted,
      },
    ],
    'nothing has been computed yet',
  );

/** Formats a number with four significant digits. */
export const formatDigits = (value: number | undefined): string =>
  value === undefined ? 'not known yet' : String(Number(value.toPrecision(4)));
