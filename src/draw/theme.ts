/** The colours of a picture, light and dark. */
import * as palette from './palette.ts';
import { rampThrough } from './ramp.ts';

export interface Theme {
  readonly name: 'light' | 'dark';
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly rule: string;
  /** Background around plots, and inside them. */
  readonly paper: string;
  readonly plane: string;
  /** Distinct under the common colour deficiencies. */
  readonly series: readonly string[];
  /** From negative through zero to positive; an odd number of colours. */
  readonly diverging: readonly string[];
  /** From low to high. */
  readonly sequential: readonly string[];
}

/** Steps of a ramp: more are indistinguishable, and a saved heat map has one path per step. */
const steps = 41;

function themeOf(name: Theme['name']): Theme {
  const of = (colour: palette.Colour): string => colour[name];
  const [negative, positive] = [of(palette.series[0]!), of(palette.series[1]!)];
  const blocks = Array.from({ length: steps }, (_, i) => of(palette.blockColour(i, steps)));
  return {
    name,
    ink: of(palette.ink),
    muted: of(palette.muted),
    grid: of(palette.grid),
    rule: of(palette.rule),
    paper: of(palette.paper),
    plane: of(palette.paper),
    series: palette.series.map(of),
    diverging: rampThrough(
      name === 'light'
        ? [negative, '#9fc3dd', '#fbfbfa', '#f0b48d', positive]
        : [negative, '#28567a', '#171b20', '#80481f', positive],
      steps,
    ),
    // High values stand out from the background: dark on light, bright on dark.
    sequential: name === 'light' ? blocks.reverse() : blocks,
  };
}

export const themes: Readonly<Record<Theme['name'], Theme>> = {
  light: themeOf('light'),
  dark: themeOf('dark'),
};
