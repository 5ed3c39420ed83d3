/** Collects the parts of a picture as they arrive. */
import type {
  AlongPart,
  BeadsPart,
  CostatePart,
  DirectionPart,
  FieldPart,
  FlowPart,
  Grid,
  LabPart,
  LandscapePart,
  MeshPart,
  OrderPart,
  ParticlesPart,
  PointsPart,
  ProgressPart,
  ShallowPart,
  SnapshotPart,
} from '../parts.ts';

/** A curve over training steps: its sections concatenated. */
export interface Curve {
  readonly step: readonly number[];
  readonly columns: Readonly<Record<string, readonly number[]>>;
}

/** Repeated parts are keyed by name or depth step, or listed in order of arrival. */
export interface PictureData {
  readonly points?: PointsPart;
  readonly flows: Readonly<Record<string, FlowPart>>;
  readonly meshes: Readonly<Record<string, MeshPart>>;
  readonly fields: Readonly<Record<string, readonly FieldPart[]>>;
  readonly costate?: CostatePart;
  readonly landscapes: readonly LandscapePart[];
  readonly shallow: readonly ShallowPart[];
  readonly direction?: DirectionPart;
  readonly along?: AlongPart;
  readonly curves: Readonly<Record<string, Curve>>;
  readonly particles: readonly ParticlesPart[];
  readonly snapshots: Readonly<Record<string, readonly SnapshotPart[]>>;
  readonly orders: readonly OrderPart[];
  readonly beads?: BeadsPart;
  readonly numbers: Readonly<Record<string, number>>;
  readonly progress?: ProgressPart;
}

export const noData: PictureData = {
  flows: {},
  meshes: {},
  fields: {},
  landscapes: [],
  shallow: [],
  curves: {},
  particles: [],
  snapshots: {},
  orders: [],
  numbers: {},
};

/** Adds a part to the data. */
export function withPart(data: PictureData, part: LabPart): PictureData {
  switch (part.part) {
    case 'points':
      return { ...data, points: part };
    case 'flow':
      return { ...data, flows: { ...data.flows, [part.name]: part } };
    case 'mesh':
      return { ...data, meshes: { ...data.meshes, [part.name]: part } };
    case 'field':
      return { ...data, fields: appended(data.fields, part.name, part) };
    case 'costate':
      return { ...data, costate: part };
    case 'landscape':
      return { ...data, landscapes: [...data.landscapes, part] };
    case 'shallow':
      return { ...data, shallow: [...data.shallow, part] };
    case 'direction':
      return { ...data, direction: part };
    case 'along':
      return { ...data, along: part };
    case 'curve':
      return { ...data, curves: { ...data.curves, [part.name]: longer(data.curves[part.name], part) } };
    case 'particles':
      return { ...data, particles: [...data.particles, part] };
    case 'snapshot':
      return { ...data, snapshots: appended(data.snapshots, part.name, part) };
    case 'order':
      return { ...data, orders: [...data.orders, part] };
    case 'beads':
      return { ...data, beads: data.beads ? moreBeads(data.beads, part) : part };
    case 'numbers':
      return { ...data, numbers: { ...data.numbers, ...part.numbers } };
    case 'progress':
      return { ...data, progress: part };
  }
}

function appended<T>(
  lists: Readonly<Record<string, readonly T[]>>,
  name: string,
  one: T,
): Readonly<Record<string, readonly T[]>> {
  return { ...lists, [name]: [...(lists[name] ?? []), one] };
}

function longer(before: Curve | undefined, { step, columns }: Curve): Curve {
  if (!before) return { step, columns };
  return {
    step: [...before.step, ...step],
    columns: Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [name, [...(before.columns[name] ?? []), ...values]]),
    ),
  };
}

/** Concatenates the rows of two grids. */
function stacked(a: Grid, b: Grid): Grid {
  return {
    shape: [(a.shape[0] ?? 0) + (b.shape[0] ?? 0), ...a.shape.slice(1)],
    data: [...a.data, ...b.data],
  };
}

const bothOr = (a: Grid | null, b: Grid | null): Grid | null => (a && b ? stacked(a, b) : null);

function moreBeads(before: BeadsPart, next: BeadsPart): BeadsPart {
  return {
    part: 'beads',
    step: [...before.step, ...next.step],
    loss: [...before.loss, ...next.loss],
    tau: bothOr(before.tau, next.tau),
    tauEnd: bothOr(before.tauEnd, next.tauEnd),
    widths: stacked(before.widths, next.widths),
    order: stacked(before.order, next.order),
    swaps: [...before.swaps, ...next.swaps],
  };
}
