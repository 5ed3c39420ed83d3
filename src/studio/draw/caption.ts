/** A line beneath a picture that is saved: what it shows, and how it is made again. */
import type { Mark, Picture } from './marks.ts';
import { textLength } from './text-length.ts';
import type { Theme } from './theme.ts';

const [size, line, inset] = [11, 16, 12] as const;

/** The picture with words beneath it, in as many lines as they need. */
export function captioned(picture: Picture, text: string, theme: Theme): Picture {
  const lines = wrapped(text, picture.width - 2 * inset);
  const marks = lines.map((words, i): Mark => ({
    kind: 'text',
    x: inset,
    y: picture.height + (i + 1) * line,
    text: words,
    size,
    fill: theme.muted,
  }));
  const height = picture.height + lines.length * line + inset;
  return { ...picture, height, marks: [...picture.marks, ...marks] };
}

/** Words in lines of at most so many px, about; a longer word has a line of its own. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textLength(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
