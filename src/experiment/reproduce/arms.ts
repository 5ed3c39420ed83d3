/** The arms of a comparison: a scheme with the settings of its depth coordinates. */
import { nearest } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { type Scheme, schemes } from '../../mean-field/schedules/names.ts';
import type { TrainOptions } from '../../train/index.ts';

const frozen = 'mean-field-no-reorder';

type ArmScheme = Scheme | typeof frozen;
export const armSchemes: readonly ArmScheme[] = schemes.flatMap((scheme) =>
  scheme === 'mean-field' ? [scheme, frozen] : [scheme],
);

/** @throws UsageError for an unknown scheme */
export function armScheme(name: string): ArmScheme {
  const scheme = armSchemes.find((one) => one === name);
  if (scheme) return scheme;
  const near = nearest(name, armSchemes);
  throw new UsageError(
    `--schemes: unknown scheme ${JSON.stringify(name)}${near ? `: did you mean ${near}?` : ''} (${armSchemes.join(', ')})`,
  );
}

/** Settings of depth coordinates. */
export interface ArmOptions {
  readonly tauStart: 'unit' | 'uniform';
  readonly tauLrFactor: number;
}

export interface Arm extends ArmOptions {
  readonly scheme: ArmScheme;
  /** Distinct among the arms of a grid: `mean-field`, `mean-field, tau rate x 0.01`. */
  readonly label: string;
  /** The same for file names. */
  readonly slug: string;
}

/**
 * Only settings that differ from the default are part of the name, so that a run has one name in every grid. vanilla
 * has no depth coordinates, and so no settings of them.
 */
export function makeArm(scheme: ArmScheme, options: ArmOptions, defaults: ArmOptions): Arm {
  if (scheme === 'vanilla') return { ...defaults, scheme, label: scheme, slug: scheme };
  const { tauStart, tauLrFactor } = options;
  const named = [
    ...(tauStart === defaults.tauStart
      ? []
      : [{ label: `tau from ${tauStart === 'unit' ? '1, 2, ..' : '1/n, 2/n, ..'}`, slug: tauStart }]),
    ...(tauLrFactor === defaults.tauLrFactor
      ? []
      : [{ label: `tau rate x ${tauLrFactor}`, slug: `f${tauLrFactor}` }]),
  ];
  return {
    ...options,
    scheme,
    label: [scheme, ...named.map(({ label }) => label)].join(', '),
    slug: [scheme, ...named.map(({ slug }) => slug)].join('-'),
  };
}

/** In the form of a run's configuration. */
export function armSettings({ scheme, tauStart, tauLrFactor }: Arm): TrainOptions {
  if (scheme === 'vanilla') return { scheme };
  const settings: TrainOptions = scheme === frozen ? { scheme: 'mean-field', reorder: false } : { scheme };
  return { ...settings, tauStart, tauLrFactor };
}
