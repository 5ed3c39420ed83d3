/** Numbers as a page shows them. */
import { escapeHtml, type Html, raw } from './html.ts';

/** `1.3e-15` as 1.3 · 10 to the power of -15, with a minus as wide as a plus. */
export const numberHtml = (text: string): Html =>
  raw(
    escapeHtml(text)
      .replace(/(?<![\d.])1(?:\.0)?e([-+]\d+)/g, '10<sup>$1</sup>')
      .replace(/e([-+]\d+)/g, '·10<sup>$1</sup>')
      .replaceAll('+', '')
      .replaceAll('-', '−'),
  );
