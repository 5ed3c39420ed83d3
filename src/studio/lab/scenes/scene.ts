/** What a scene is: the picture of a view, from the parts that have come so far. */
import type { Mark, Picture, Theme } from '../../../draw/index.ts';
import type { LabState } from '../knobs.ts';
import type { PictureData } from './picture-data.ts';

/** Where the sliders stand: nothing is computed anew for them. */
export interface Cursor {
  /** Depth, 0 .. 1. */
  readonly t: number;
  /** Share of a training, 0 .. 1. */
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
  /** Of the picture in px, for a width. */
  readonly height: (width: number) => number;
  /** Draws what is there; parts that are missing are left out. */
  readonly picture: (options: SceneOptions) => Picture;
}

export const pictureOf = (
  { width, height, theme }: SceneOptions,
  marks: readonly (Mark | readonly Mark[])[],
  description: string,
): Picture => ({ width, height, background: theme.paper, marks: marks.flat(), description });

/** Before the first part is there. */
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

/** A number as it is said: four significant digits. */
export const say = (value: number | undefined): string =>
  value === undefined ? 'not known yet' : String(Number(value.toPrecision(4)));
