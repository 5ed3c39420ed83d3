/** Renders SVG documents as PNG, without a browser. */
import { Resvg } from '@resvg/resvg-js';
import { findFonts } from './fonts.ts';

/** An SVG document as PNG, `scale` times its size. Text is in DejaVu Sans if the system has it. */
export function renderPng(svg: string, scale = 2): Uint8Array {
  const fonts = findFonts();
  const family = { defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' };
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: fonts
      ? { ...family, loadSystemFonts: false, fontFiles: [fonts.plain, fonts.bold] }
      : { ...family, loadSystemFonts: true },
  });
  return image.render().asPng();
}
