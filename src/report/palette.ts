/**
 * Colours, each with its counterpart on a dark page. Figures are drawn in the light ones; the page
 * turns them over by their value (`darkRules`), so that one SVG serves both.
 *
 * Series: after Okabe and Ito (2008), told apart under the common colour deficiencies, darkened for thin
 * lines on white. Blocks: viridis, since their numbers have an order; its ends are cut where the
 * background would swallow them.
 */

export interface Colour {
  readonly light: string;
  readonly dark: string;
}

export const ink: Colour = { light: '#1c2126', dark: '#e4e7ea' };
export const muted: Colour = { light: '#59626c', dark: '#a4adb6' };
export const rule: Colour = { light: '#a9b1ba', dark: '#56606a' };
export const grid: Colour = { light: '#e6e9ec', dark: '#2a3037' };
export const paper: Colour = { light: '#ffffff', dark: '#161a1f' };

/** For runs, stages, and the two sides of a comparison, in this order. */
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

/** Where there are more series than colours, the next ones are dashed: [] is a whole line. */
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

const channels = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

function viridisAt(position: number): string {
  const at = Math.min(Math.max(position, 0), 1) * (viridis.length - 1);
  const low = Math.min(Math.floor(at), viridis.length - 2);
  const [from, to] = [channels(viridis[low]!), channels(viridis[low + 1]!)];
  const mixed = from.map((value, c) => Math.round(value + ((to[c] ?? 0) - value) * (at - low)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

const rampSize = 24;
const ramp: readonly Colour[] = Array.from({ length: rampSize }, (_, i) => {
  const share = i / (rampSize - 1);
  return { light: viridisAt(0.02 + 0.8 * share), dark: viridisAt(0.33 + 0.62 * share) };
});

/** The colour of block `index` of `count`: first ones dark, last ones bright. */
export function blockColour(index: number, count: number): Colour {
  return ramp[Math.round((index * (rampSize - 1)) / Math.max(count - 1, 1)) % rampSize]!;
}

const all: readonly Colour[] = [ink, muted, rule, grid, paper, trainingColour, ...series, ...ramp];

/** CSS that shows an SVG drawn in light colours in the dark ones: rules win over attributes. */
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
