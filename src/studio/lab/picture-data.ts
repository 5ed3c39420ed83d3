/** Collects the parts of a picture as they arrive, and finds them by type and name. */
import type { Grid, NumbersPart, Part } from './parts.ts';

/** Parts by type, each list in order of arrival. */
export type PictureData = Readonly<Record<string, readonly Part[]>>;

export const noData: PictureData = {};

/** The parts of a type, optionally only those of a name. */
export function partsOf<P extends Part>(data: PictureData, type: P['part'], name?: string): readonly P[] {
  const all = (data[type] ?? []) as readonly P[];
  return name === undefined ? all : all.filter((part) => part.name === name);
}

/** The latest part of a type, optionally of a name. */
export const partOf = <P extends Part>(data: PictureData, type: P['part'], name?: string): P | undefined =>
  partsOf<P>(data, type, name).at(-1);

export const numbersOf = (data: PictureData): Readonly<Record<string, number>> =>
  partOf<NumbersPart>(data, 'numbers')?.numbers ?? {};

/** Adds a part. A part with a list of training steps is a section, which extends the one of the same type and name. */
export function withPart(data: PictureData, part: Part): PictureData {
  const before = data[part.part] ?? [];
  const index =
    'step' in part && Array.isArray(part.step) ? before.findIndex(({ name }) => name === part.name) : -1;
  const list = index < 0 ? [...before, part] : before.with(index, extended(before[index], part) as Part);
  return { ...data, [part.part]: list };
}

const isGrid = (value: object): value is Grid => 'shape' in value && 'data' in value;

/** Concatenates the lists and the rows of the grids in two values of the same structure. */
function extended(before: unknown, next: unknown): unknown {
  if (typeof next !== 'object' || next === null || typeof before !== 'object' || before === null) return next;
  if (Array.isArray(next)) return [...(before as unknown[]), ...(next as unknown[])];
  if (isGrid(next) && isGrid(before))
    return {
      shape: [(before.shape[0] ?? 0) + (next.shape[0] ?? 0), ...next.shape.slice(1)],
      data: [...before.data, ...next.data],
    };
  const earlier = new Map(Object.entries(before));
  return Object.fromEntries(
    Object.entries(next).map(([name, value]) => [name, extended(earlier.get(name), value)]),
  );
}
