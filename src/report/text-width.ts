/** How wide text will be, without a font at hand: generous, so that what fits here fits anywhere. */

const narrow = /[ijl.,:;'|!()[\]/ -]/;
const wide = /[mwMW@%]/;

/** Width of `text` in px at a font size of `size` px: DejaVu Sans, the widest of the system fonts. */
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

/** The text, cut with an ellipsis to at most `width` px. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, size) > width) characters.pop();
  return `${characters.join('')}…`;
}
