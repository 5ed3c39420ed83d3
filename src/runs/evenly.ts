/** `max` evenly spaced indices (fewer than `length`) of a list, including both ends. */
export function evenIndices(length: number, max: number): number[] {
  return Array.from({ length: max }, (_, i) => Math.round((i * (length - 1)) / Math.max(max - 1, 1)));
}

/** At most `max` evenly spaced members, including both ends. */
export function evenly<T>(list: readonly T[], max: number): readonly T[] {
  return list.length <= max ? list : evenIndices(list.length, max).map((i) => list[i]!);
}
