/** Where the panels of a picture stand: the main one at the left with the others beside it, or all beneath each other where it is narrow. */
import type { Box } from './plane.ts';

/** Narrower than this, panels stand beneath each other. In px. */
const wideFrom = 700;
const gap = 10;
const narrowPanel = 190;
/** Of the width, the main panel. */
const mainShare = 0.6;
/** What a plane's titles and axes take of its height more than of its width: so high a panel holds a square that fills it. */
const moreHigh = 8;
/** Higher pictures leave no room for what is said of them. */
const [minHeight, maxHeight] = [440, 700];

export interface Layout {
  readonly main: Box;
  readonly side: readonly Box[];
}

export const isNarrow = (width: number): boolean => width < wideFrom;

/** Height of a picture of `panels` panels beside the main one; where it is narrow, of `panel` px each. */
export function heightFor(width: number, panels: number, panel = narrowPanel): number {
  if (isNarrow(width)) return width + moreHigh + panels * (panel + gap);
  return Math.round(Math.min(maxHeight, Math.max(minHeight, mainShare * width + moreHigh)));
}

export function layoutOf(width: number, height: number, panels: number, panel = narrowPanel): Layout {
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
  const mainWidth = Math.round(Math.min(mainShare * width, height - moreHigh));
  const each = (height - (panels - 1) * gap) / Math.max(panels, 1);
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
