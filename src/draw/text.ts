/** Estimates the width of text without a font, generously, so that text that fits by this estimate fits in any font. */

const narrow = /[ijl.,:;'|!()[\]/ -]/;
const wide = /[mwMW@%\u2192\u222b]/;

/** Width of `text` in px at a font size in px, for DejaVu Sans, the widest of the system fonts. */
export function textWidth(text: string, size: number): number {
  let ems = 0;
  for (const character of text) {
    if (character > '\u2e80') ems += 1.05;
    else if (wide.test(character)) ems += 0.95;
    else if (narrow.test(character)) ems += 0.4;
    else if (character >= 'A' && character <= 'Z') ems += 0.72;
    else ems += 0.635;
  }
  return ems * size;
}

/** Truncates a text with an ellipsis to at most `width` px. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, size) > width) characters.pop();
  return `${characters.join('')}…`;
}

/** Wraps words into lines of at most `width` px. A longer word gets a line of its own. */
export function wrapText(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
