/** The font of figures written as PNG and PDF. */
import { existsSync } from 'node:fs';

const folders = [
  '/usr/share/fonts/truetype/dejavu',
  '/usr/share/fonts/dejavu-sans-fonts',
  '/usr/share/fonts/dejavu',
  '/usr/share/fonts/TTF',
  '/usr/local/share/fonts',
  '/Library/Fonts',
];

/**
 * The files of DejaVu Sans; undefined if the system lacks it. The built-in PDF fonts have no Greek and no superscript
 * minus.
 */
export function findFonts(): { readonly plain: string; readonly bold: string } | undefined {
  const file = folders.map((folder) => `${folder}/DejaVuSans`).find((name) => existsSync(`${name}.ttf`));
  if (file === undefined) return undefined;
  const bold = `${file}-Bold.ttf`;
  return { plain: `${file}.ttf`, bold: existsSync(bold) ? bold : `${file}.ttf` };
}
