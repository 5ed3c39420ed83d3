/** The colours of pictures: those of reports. */
import { grid, ink, muted, paper, rule, series, type Colour } from '../../../report/palette.ts';
import { rampThrough, type Theme } from '../../draw/index.ts';

const viridis = [
  '#440154',
  '#472d7b',
  '#3b528b',
  '#2c728e',
  '#21918c',
  '#28ae80',
  '#5ec962',
  '#addc30',
  '#fde725',
];

/** Steps of a ramp: more are not told apart, and a saved heat map has a path a step. */
const steps = 41;

function themeOf(name: 'light' | 'dark'): Theme {
  const of = (colour: Colour): string => colour[name];
  const [negative, positive] = [of(series[0]!), of(series[1]!)];
  return {
    name,
    ink: of(ink),
    muted: of(muted),
    grid: of(grid),
    rule: of(rule),
    paper: of(paper),
    plane: name === 'light' ? '#ffffff' : '#12161a',
    series: series.map(of),
    diverging: rampThrough(
      name === 'light'
        ? [negative, '#9fc3dd', '#fbfbfa', '#f0b48d', positive]
        : [negative, '#28567a', '#171b20', '#80481f', positive],
      steps,
    ),
    sequential: rampThrough(name === 'light' ? [...viridis].reverse() : viridis, steps),
  };
}

export const pictureThemes: Readonly<Record<'light' | 'dark', Theme>> = {
  light: themeOf('light'),
  dark: themeOf('dark'),
};
