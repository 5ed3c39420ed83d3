/** Pictures as files, in the format of their extension. */
import { extname } from 'node:path';
import { FileError, UsageError } from '../errors.ts';
import { checkOutputFile, writeFileAtomic } from '../io/index.ts';

/** The extension in lower case. */
export const endingOf = (file: string): string => extname(file).toLowerCase();

/** @throws UsageError for another extension, FileError if the file cannot be written */
export function checkPictureFile(file: string, endings: readonly string[]): void {
  if (!endings.includes(endingOf(file)))
    throw new UsageError(`--output ${file}: end its name in ${endings.join(', ')}`);
  checkOutputFile(file);
}

/**
 * Writes an SVG document as `.svg`, `.png` or `.pdf`.
 *
 * @param title - of a PDF
 */
export async function writePictureFile(file: string, svg: string, title = ''): Promise<void> {
  const ending = endingOf(file);
  if (ending === '.svg') {
    writeFileAtomic(file, svg);
    return;
  }
  const { renderPdf, renderPng } = await import('../report/index.ts');
  const content = ending === '.png' ? renderPng(svg) : await renderPdf(svg, title);
  if (content === undefined) throw new FileError(`cannot write ${file}: PDF needs the DejaVu fonts`);
  writeFileAtomic(file, content);
}
