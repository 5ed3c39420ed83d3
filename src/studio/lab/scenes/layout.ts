/** Where the panels of a picture stand: the main one at the left with the others beside it, or all beneath each other where it is narrow. */
import type { Box } from './plane.ts';

/** Narrower than this, panels stand beneath each other. In px. */
const wideFrom = 700;
const gap = 10;
const narrowPanel = 190;
const wideHeight = 540;

export interface Layout {
  readonly main: Box;
  readonly side: readonly Box[];
}

/** Height of a picture of `panels` panels beside the main one. */
export function heightFor(width: number, panels: number): number {
  if (width >= wideFrom) return wideHeight;
  return Math.round(width * 0.95) + panels * (narrowPanel + gap);
}

export function layoutOf(width: number, height: number, panels: number): Layout {
  if (width < wideFrom) {
    const top = height - panels * (narrowPanel + gap);
    return {
      main: { x: 0, y: 0, width, height: top },
      side: Array.from({ length: panels }, (_, i) => ({
        x: 0,
        y: top + gap + i * (narrowPanel + gap),
        width,
        height: narrowPanel,
      })),
    };
  }
  const mainWidth = panels ? Math.round(Math.min(0.6 * width, height * 1.15)) : width;
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
