/** Values on a square grid as coloured cells. */
import { divergingLevel, type Mark, type Plot, rampThrough, type Theme } from '../../../draw/index.ts';
import type { Grid } from '../parts.ts';

/** From the colour of class B (target -1) to that of class A (target 1). */
export function signRamp(theme: Theme): readonly string[] {
  const known = ramps.get(theme) ?? rampThrough([theme.series[1]!, theme.plane, theme.series[0]!], 101);
  ramps.set(theme, known);
  return known;
}
const ramps = new WeakMap<Theme, readonly string[]>();

/** Drawn cells per side; values between grid points are interpolated bilinearly. */
const cells = 128;

/** Cached colour levels, which do not depend on the sliders. */
const levelCache = new WeakMap<Grid, { readonly limit: number; readonly levels: Uint8Array }>();

/** Draws a grid over [-window, window]^2, rows from the bottom, with the sign ramp from -limit to limit. */
export function heatCells(
  { sx, sy }: Plot,
  { window, values }: { readonly window: number; readonly values: Grid },
  limit: number,
  theme: Theme,
  opacity = 1,
): Mark {
  const ramp = signRamp(theme);
  const before = levelCache.get(values);
  const levels = before?.limit === limit ? before.levels : levelsOf(values, limit, ramp.length);
  levelCache.set(values, { limit, levels });
  return {
    kind: 'cells',
    x: sx(-window),
    y: sy(window),
    width: sx(window) - sx(-window),
    height: sy(-window) - sy(window),
    rows: cells,
    columns: cells,
    levels,
    ramp,
    smooth: true,
    opacity,
  };
}

function levelsOf(values: Grid, limit: number, colours: number): Uint8Array {
  const [rows = 0, columns = 0] = values.shape;
  const levels = new Uint8Array(cells * cells);
  for (let row = 0; row < cells; row++) {
    // Cells are drawn from the top.
    const v = (1 - (row + 0.5) / cells) * (rows - 1);
    const below = Math.min(rows - 2, Math.floor(v));
    for (let column = 0; column < cells; column++) {
      const u = ((column + 0.5) / cells) * (columns - 1);
      const left = Math.min(columns - 2, Math.floor(u));
      const at = (r: number, c: number): number => values.data[(below + r) * columns + left + c]!;
      const [du, dv] = [u - left, v - below];
      const value =
        (1 - dv) * ((1 - du) * at(0, 0) + du * at(0, 1)) + dv * ((1 - du) * at(1, 0) + du * at(1, 1));
      levels[row * cells + column] = divergingLevel(value, limit, colours);
    }
  }
  return levels;
}
