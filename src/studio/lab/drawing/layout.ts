/** Panel layout: the main panel on the left and the others beside it, or all stacked in a narrow picture. */
import type { Box } from './plane.ts';

/** Pictures narrower than this are stacked, in px. */
const wideFrom = 700;
/** Panels beside the main one. */
const panels = 2;
const gap = 10;
const narrowPanel = 190;
/** Share of the width taken by the main panel. */
const mainShare = 0.6;
/**
 * Titles and axes of a plane take this much more height than width; a panel this much higher holds a square that
 * fills it.
 */
const extraHeight = 8;
/** Height limits; a higher picture leaves no room for the text. */
const [minHeight, maxHeight] = [440, 700];

export interface Layout {
  readonly main: Box;
  readonly side: readonly Box[];
}

export const isNarrow = (width: number): boolean => width < wideFrom;

/** Height of a picture; in a stacked layout, a side panel is `panel` px high. */
export function heightFor(width: number, panel = narrowPanel): number {
  if (isNarrow(width)) return width + extraHeight + panels * (panel + gap);
  return Math.round(Math.min(maxHeight, Math.max(minHeight, mainShare * width + extraHeight)));
}

export function layoutOf(width: number, height: number, panel = narrowPanel): Layout {
  if (isNarrow(width)) {
    const top = height - panels * (panel + gap);
    return {
      main: { x: 0, y: 0, width, height: top },
      side: Array.from({ length: panels }, (_, i) => ({
        x: 0,
        y: top + gap + i * (panel + gap),
        width,
        height: panel,
      })),
    };
  }
  const mainWidth = Math.round(Math.min(mainShare * width, height - extraHeight));
  const each = (height - (panels - 1) * gap) / panels;
  return {
    main: { x: 0, y: 0, width: mainWidth, height },
    side: Array.from({ length: panels }, (_, i) => ({
      x: mainWidth + 2 * gap,
      y: i * (each + gap),
      width: width - mainWidth - 2 * gap,
      height: each,
    })),
  };
}
