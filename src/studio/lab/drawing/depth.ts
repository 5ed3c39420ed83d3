/** Interpolates states between known depths. */
import type { Grid, SnapshotPart } from '../parts.ts';

/** Features x and y of [.., N, d] at depth t, interpolated linearly, as in Euler's method. */
export function statesAt(states: Grid, depths: readonly number[], t: number): Features {
  const [, ...inner] = states.shape;
  const d = inner.at(-1) ?? 1;
  const count = inner.reduce((product, size) => product * size, 1) / d;
  const { index, share } = locateDepth(depths, t);
  const [low, high] = [index * count * d, Math.min(index + 1, depths.length - 1) * count * d];
  const feature = (i: number): Float64Array =>
    Float64Array.from({ length: count }, (_, n) => {
      const [from, to] = [states.data[low + n * d + i]!, states.data[high + n * d + i]!];
      return from + share * (to - from);
    });
  return { x: feature(0), y: feature(1) };
}

/** Index of the last depth not beyond t, and the fraction of the way to the next one. */
export function locateDepth(
  depths: readonly number[],
  t: number,
): { readonly index: number; readonly share: number } {
  let index = 0;
  while (index + 1 < depths.length && depths[index + 1]! <= t) index++;
  const next = depths[index + 1];
  const from = depths[index] ?? 0;
  return { index, share: next === undefined || next <= from ? 0 : Math.max(0, (t - from) / (next - from)) };
}

/** A step function: value l holds from depth l to depth l + 1. */
export function stepped(
  depths: readonly number[],
  values: readonly number[],
): { readonly x: number[]; readonly y: number[] } {
  return {
    x: values.flatMap((_, l) => [depths[l]!, depths[l + 1] ?? 1]),
    y: values.flatMap((value) => [value, value]),
  };
}

/** The item with depth nearest to t. */
export function nearestTo<T extends { readonly t: number }>(list: readonly T[], t: number): T | undefined {
  let best: T | undefined;
  for (const one of list) if (!best || Math.abs(one.t - t) < Math.abs(best.t - t)) best = one;
  return best;
}

/** Features x and y of N rows. */
export interface Features {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Linear interpolation: a at share 0, b at share 1. */
export function between(a: Features, b: Features, share: number): Features {
  const mix = (from: Float64Array, to: Float64Array): Float64Array =>
    from.map((value, n) => value + share * (to[n]! - value));
  return { x: mix(a.x, b.x), y: mix(a.y, b.y) };
}

/** The states at a training step, interpolated between the neighbouring snapshots. */
export function snapshotAt(
  snapshots: readonly SnapshotPart[],
  step: number,
): { readonly states: Grid; readonly depths: readonly number[] } | undefined {
  const index = snapshots.findLastIndex((one) => one.step <= step);
  const before = snapshots[Math.max(index, 0)];
  const after = snapshots[index + 1];
  if (!before || !after || index < 0) return before;
  const share = (step - before.step) / (after.step - before.step);
  const mix = (a: readonly number[], b: readonly number[]): number[] =>
    a.map((value, i) => value + share * (b[i]! - value));
  return {
    states: { shape: before.states.shape, data: mix(before.states.data, after.states.data) },
    depths: mix(before.depths, after.depths),
  };
}
