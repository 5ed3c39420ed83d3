/** The two themes: the colours of reports, light and dark. */
import * as palette from '../../report/palette.ts';
import { rampThrough, type Theme } from './theme.ts';

/** Steps of a ramp: more are not told apart, and a saved heat map has a path a step. */
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
    // Much stands out from the ground: dark on light, bright on dark.
    sequential: name === 'light' ? blocks.reverse() : blocks,
  };
}

export const themes: Readonly<Record<Theme['name'], Theme>> = {
  light: themeOf('light'),
  dark: themeOf('dark'),
};
