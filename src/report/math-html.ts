/** Formulas of claims in HTML. */
import { lowered, raised, withSigns } from '../pictures/index.ts';
import { escapeHtml, type Html, raw } from './html.ts';

/** `X^{l+1}` and `w_j` with superscripts and subscripts. */
export function mathHtml(text: string): Html {
  const minus = (part: string): string => part.replaceAll('-', '−');
  return raw(
    escapeHtml(withSigns(text))
      .replace(raised, (_, braced?: string, plain?: string) => `<sup>${minus(braced ?? plain ?? '')}</sup>`)
      .replace(lowered, (_, braced?: string, plain?: string) => `<sub>${minus(braced ?? plain ?? '')}</sub>`)
      .replace(/\bW([12])\b/g, 'W<sub>$1</sub>'),
  );
}
