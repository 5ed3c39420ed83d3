/** The colours of a picture, light or dark; those of reports (src/report/palette.ts), which series and blocks share. */

export interface Theme {
  readonly name: 'light' | 'dark';
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly rule: string;
  /** Around plots, and inside them. */
  readonly paper: string;
  readonly plane: string;
  /** Told apart under the common colour deficiencies, in this order. */
  readonly series: readonly string[];
  /** From one sign through nothing to the other: an odd number of colours. */
  readonly diverging: readonly string[];
  /** From little to much. */
  readonly sequential: readonly string[];
}

/** The colour of a value on a ramp that spans [-limit, limit], as index into the ramp. */
export function divergingLevel(value: number, limit: number, colours: number): number {
  const share = limit > 0 ? value / limit : 0;
  return Math.round(((Math.min(1, Math.max(-1, share)) + 1) / 2) * (colours - 1));
}

/** The colour of a value on a ramp that spans [from, to], as index into the ramp. */
export function sequentialLevel(value: number, from: number, to: number, colours: number): number {
  const share = to > from ? (value - from) / (to - from) : 0;
  return Math.round(Math.min(1, Math.max(0, share)) * (colours - 1));
}

const channels = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

/** `count` colours through the given stops (#rrggbb), evenly spaced. */
export function rampThrough(stops: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const at = (i / (count - 1)) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    const [from, to] = [channels(stops[low]!), channels(stops[low + 1]!)];
    const mixed = from.map((value, c) => Math.round(value + (to[c]! - value) * (at - low)));
    return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
  });
}
