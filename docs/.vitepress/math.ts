/** Formulas between dollars, `$x^2$` and `$$..$$` on lines of their own, as GitHub shows them; KaTeX renders them. */
import katex from 'katex';
import type { MarkdownRenderer } from 'vitepress';

const render = (formula: string, displayMode: boolean): string =>
  // `v-pre`: braces are not expressions of Vue.
  `<span v-pre>${katex.renderToString(formula, { displayMode, throwOnError: true, output: 'htmlAndMathml' })}</span>`;

/** A dollar before a space, or one that follows a word, is not the start of a formula. */
const inline = /^\$(?!\s)((?:\\.|[^$\\\n])+?)(?<!\s)\$(?!\d)/;

export function math(markdown: MarkdownRenderer): void {
  markdown.inline.ruler.after('escape', 'formula', (state, silent) => {
    const [whole, formula] = inline.exec(state.src.slice(state.pos)) ?? [];
    if (whole === undefined || formula === undefined) return false;
    if (!silent) state.push('formula', 'span', 0).content = formula;
    state.pos += whole.length;
    return true;
  });
  markdown.block.ruler.before('fence', 'formulas', (state, start, end, silent) => {
    const line = (at: number): string =>
      state.src.slice(state.bMarks[at]! + state.tShift[at]!, state.eMarks[at]);
    const first = line(start);
    if (!first.startsWith('$$')) return false;
    const lines = [first.slice(2)];
    let at = start;
    while (!lines.at(-1)!.trimEnd().endsWith('$$')) {
      if (++at >= end) return false;
      lines.push(line(at));
    }
    if (silent) return true;
    state.push('formulas', 'div', 0).content = lines.join('\n').trimEnd().slice(0, -2);
    state.line = at + 1;
    return true;
  });
  markdown.renderer.rules.formula = (tokens, i) => render(tokens[i]!.content, false);
  markdown.renderer.rules.formulas = (tokens, i) => render(tokens[i]!.content, true);
}
