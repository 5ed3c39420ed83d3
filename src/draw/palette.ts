/**
 * Colours, each with its counterpart on a dark page. A report's figures are drawn in the light colours, and `darkRules`
 * replaces them by value, so that one SVG serves both.
 *
 * Series: after Okabe and Ito (2008), distinct under the common colour deficiencies, darkened for thin lines on white.
 * Blocks: viridis, because their numbers have an order, without the ends that the background would hide.
 */
import { rampThrough } from './ramp.ts';

export interface Colour {
  readonly light: string;
  readonly dark: string;
}

export const ink: Colour = { light: '#1c2126', dark: '#e4e7ea' };
export const muted: Colour = { light: '#59626c', dark: '#a4adb6' };
export const rule: Colour = { light: '#a9b1ba', dark: '#56606a' };
export const grid: Colour = { light: '#e6e9ec', dark: '#2a3037' };
export const paper: Colour = { light: '#ffffff', dark: '#161a1f' };

/** Colours of runs, stages and the two sides of a comparison, in this order. */
export const series: readonly Colour[] = [
  { light: '#0065a4', dark: '#5fb2f2' },
  { light: '#cf5208', dark: '#ff9350' },
  { light: '#00815c', dark: '#3ccb9f' },
  { light: '#ad528a', dark: '#e79bca' },
  { light: '#ad7b00', dark: '#efbe45' },
  { light: '#48505a', dark: '#b3bcc6' },
  { light: '#3997c7', dark: '#9ad9fa' },
  { light: '#7b4b2a', dark: '#d0a17c' },
];

export const trainingColour: Colour = { light: '#7b8590', dark: '#8d97a2' };
export const testColour = series[0]!;
export const errorColour = series[1]!;

export function seriesColour(index: number): Colour {
  return series[index % series.length]!;
}

const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

/** Series beyond the number of colours are dashed. [] is a solid line. */
export function seriesDash(index: number): readonly number[] {
  return dashes[Math.floor(index / series.length) % dashes.length]!;
}

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

const rampSize = 24;
const fine = rampThrough(viridis, 1001);
const viridisAt = (share: number): string => fine[Math.round(1000 * share)]!;
const ramp: readonly Colour[] = Array.from({ length: rampSize }, (_, i) => {
  const share = i / (rampSize - 1);
  return { light: viridisAt(0.02 + 0.8 * share), dark: viridisAt(0.33 + 0.62 * share) };
});

/** The colour of block `index` of `count`, from dark to bright. */
export function blockColour(index: number, count: number): Colour {
  return ramp[Math.round((index * (rampSize - 1)) / Math.max(count - 1, 1)) % rampSize]!;
}

const all: readonly Colour[] = [ink, muted, rule, grid, paper, trainingColour, ...series, ...ramp];

/** CSS that replaces the light colours of SVGs by the dark ones. Rules override attributes. */
export function darkRules(scope: string, svgs: readonly string[]): string {
  const drawn = svgs.join('');
  return all
    .filter(({ light }) => drawn.includes(`"${light}"`))
    .map(
      ({ light, dark }) =>
        `${scope} [fill="${light}"]{fill:${dark}}${scope} [stroke="${light}"]{stroke:${dark}}`,
    )
    .join('\n');
}
