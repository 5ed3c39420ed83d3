/** An SVG figure as a PDF of one page: lines and text stay lines and text. */
import { existsSync } from 'node:fs';
import PDFDocument from 'pdfkit';
import svgToPdf from 'svg-to-pdfkit';
import { InternalError } from '../errors.ts';

const folders = [
  '/usr/share/fonts/truetype/dejavu',
  '/usr/share/fonts/dejavu-sans-fonts',
  '/usr/share/fonts/dejavu',
  '/usr/share/fonts/TTF',
  '/usr/local/share/fonts',
  '/Library/Fonts',
];

/** DejaVu Sans as it stands in the PNGs; undefined where the system lacks it. PDF's own fonts have no Greek and no raised minus. */
function findFonts(): { readonly plain: string; readonly bold: string } | undefined {
  const file = folders.map((folder) => `${folder}/DejaVuSans`).find((name) => existsSync(`${name}.ttf`));
  if (file === undefined) return undefined;
  const bold = `${file}-Bold.ttf`;
  return { plain: `${file}.ttf`, bold: existsSync(bold) ? bold : `${file}.ttf` };
}

/** The fonts are embedded; the same SVG gives the same bytes. Undefined where the system has no DejaVu Sans. */
export async function renderPdf(svg: string, title = ''): Promise<Uint8Array | undefined> {
  const fonts = findFonts();
  if (!fonts) return undefined;
  const size = /^<svg [^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg);
  if (!size) throw new InternalError('an SVG without a viewBox has no size');
  const [width, height] = [Number(size[1]), Number(size[2])];
  const document = new PDFDocument({
    size: [width, height],
    margin: 0,
    // A file that is made again is the same file.
    info: { Title: title, Creator: 'meanfield', CreationDate: new Date(0) },
  });
  document.registerFont('plain', fonts.plain);
  document.registerFont('bold', fonts.bold);
  const pieces: Uint8Array[] = [];
  const done = new Promise<void>((resolve, reject) => {
    document.on('data', (piece: Uint8Array) => pieces.push(piece));
    document.on('end', resolve);
    document.on('error', reject);
  });
  svgToPdf(document, svg, 0, 0, {
    width,
    height,
    assumePt: true,
    fontCallback: (_, bold) => (bold ? 'bold' : 'plain'),
    warningCallback(message) {
      throw new InternalError(`the figure cannot be drawn as PDF: ${message}`);
    },
  });
  document.end();
  await done;
  return Buffer.concat(pieces);
}
