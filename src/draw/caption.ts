/** The caption of a saved picture: what it shows, and the command that reproduces it. */
import type { Mark, Picture } from './marks.ts';
import { wrapText } from './text.ts';
import type { Theme } from './theme.ts';

const [size, line, inset] = [11, 16, 12] as const;

/** The picture with a wrapped caption below it. */
export function captioned(picture: Picture, text: string, theme: Theme): Picture {
  const lines = wrapText(text, size, picture.width - 2 * inset);
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
