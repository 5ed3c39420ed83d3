/** A row of the table of settings. */
import type { Kind } from './kinds.ts';

/** The choice of another setting that gives a setting its effect. */
export interface Condition {
  /** Holds if `setting` is one of `oneOf`, or is greater than `above`; without either, if it is given. */
  readonly setting: string;
  readonly oneOf?: readonly string[];
  readonly above?: number;
}

/** The groups of settings with their titles, in the order of help and forms. */
export const groupTitles = {
  data: 'Data',
  model: 'Model',
  scheme: 'Positions in depth',
  optimiser: 'Optimisation',
  images: 'Images',
  machine: 'Machine',
  run: 'Run',
} as const;
type SettingGroup = keyof typeof groupTitles;
export const settingGroups = Object.keys(groupTitles) as SettingGroup[];

export interface Setting<T> {
  readonly kind: Kind<T>;
  readonly group: SettingGroup;
  /** The help text of the flag; for a setting that is on by default, that of `--no-flag`. */
  readonly help: string;
  readonly short?: string;
  /** Shown first in forms. */
  readonly basic?: true;
  /** Values that forms and editors suggest. */
  readonly examples?: readonly T[];
  readonly belongsTo?: Condition;
  /** The value while it has no effect, allowed even then; defaults to its default. */
  readonly whenIdle?: T;
  /** The default in words, if it is not a value. */
  readonly defaultLabel?: string;
}

export interface WithDefault<T> extends Setting<T> {
  readonly default: T;
}

// These infer the type of a setting from its kind alone.
export const defaulted = <T>(setting: WithDefault<NoInfer<T>> & { readonly kind: Kind<T> }): WithDefault<T> =>
  setting;
export const optional = <T>(setting: Setting<T>): Setting<T> => setting;
