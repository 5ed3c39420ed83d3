/** Arithmetic on colours of the form #rrggbb. */

/** Red, green and blue, each 0 .. 255. */
export const channels = (hex: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

/** `count` colours through the given stops, evenly spaced. */
export function rampThrough(stops: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const at = (i / (count - 1)) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    const [from, to] = [channels(stops[low]!), channels(stops[low + 1]!)];
    const mixed = from.map((value, c) => Math.round(value + (to[c]! - value) * (at - low)));
    return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
  });
}

/** Index of a value in a ramp that spans [from, to]; values outside take the nearest end. */
export function sequentialLevel(value: number, from: number, to: number, colours: number): number {
  const share = to > from ? (value - from) / (to - from) : 0;
  return Math.round(Math.min(1, Math.max(0, share)) * (colours - 1));
}

/** Index of a value in a ramp that spans [-limit, limit]; with limit 0 all values are in the middle. */
export function divergingLevel(value: number, limit: number, colours: number): number {
  return limit > 0 ? sequentialLevel(value, -limit, limit, colours) : Math.round((colours - 1) / 2);
}

/** Near-black or white, whichever contrasts more with the background. */
export function inkOn(background: string): string {
  const [r = 0, g = 0, b = 0] = channels(background).map((value) => (value / 255) ** 2.2);
  // Both contrasts (WCAG 2.1) are equal where (1 + 0.05) / (L + 0.05) = (L + 0.05) / 0.05.
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#101418' : '#ffffff';
}
