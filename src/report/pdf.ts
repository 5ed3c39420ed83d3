/** Converts an SVG figure to a PDF of one page; lines and text stay vector graphics. */
import { InternalError } from '../errors.ts';
import { findFonts } from './fonts.ts';

/** The fonts are embedded; the same SVG gives the same bytes. Undefined if the system has no DejaVu Sans. */
export async function renderPdf(svg: string, title = ''): Promise<Uint8Array | undefined> {
  const fonts = findFonts();
  if (!fonts) return undefined;
  const size = /^<svg [^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg);
  if (!size) throw new InternalError('an SVG without a viewBox has no size');
  const [width, height] = [Number(size[1]), Number(size[2])];
  // Loaded on use: every training run writes a report, and only claims are drawn as PDF.
  const { default: PDFDocument } = await import('pdfkit');
  const { default: svgToPdf } = await import('svg-to-pdfkit');
  const document = new PDFDocument({
    size: [width, height],
    margin: 0,
    // Fixed, so that a rebuilt file is identical.
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
