/** Text on a colour. */

/** Near black or white, whichever stands out more from the ground #rrggbb. */
export function inkOn(ground: string): string {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map(
    (at) => (Number.parseInt(ground.slice(at, at + 2), 16) / 255) ** 2.2,
  );
  // Where the contrast to both is the same (WCAG 2.1): (1 + 0.05) / (L + 0.05) = (L + 0.05) / 0.05.
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#101418' : '#ffffff';
}
