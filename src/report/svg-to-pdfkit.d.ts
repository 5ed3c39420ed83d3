/** The part of svg-to-pdfkit used here; the package has no types. */
declare module 'svg-to-pdfkit' {
  import type PDFDocument from 'pdfkit';

  interface Options {
    readonly width?: number;
    readonly height?: number;
    /** Lengths are points, not px. */
    readonly assumePt?: boolean;
    readonly fontCallback?: (family: string, bold: boolean, italic: boolean) => string;
    readonly warningCallback?: (message: string) => void;
  }
  export default function svgToPdf(
    document: typeof PDFDocument.prototype,
    svg: string,
    x?: number,
    y?: number,
    options?: Options,
  ): void;
}
