/** The configuration of a training run: resolved from options, and read back from a saved record. */
import { join } from 'node:path';
import { checkObject, nearest, unexpected } from '../check.ts';
import { UsageError } from '../errors.ts';
import { absolutePath, checkPath, type PathLike } from '../io/index.ts';
import { publishedWidth } from '../models/index.ts';
import { readConfigFile, runFiles } from '../runs/index.ts';
import { savedBlock } from './block-file.ts';
import { checkSense } from './config-sense.ts';
import {
  hasEffect,
  valueWithoutEffect,
  missingChoice,
  type Values,
  withDefaults,
} from './settings/effect.ts';
import { withoutType } from './settings/kinds.ts';
import { flagOf, isNegated, keyOf } from './settings/flags.ts';
import {
  checkConfig,
  configKeys,
  isSetting,
  type SettingName,
  settingOf,
  type TrainConfig,
} from './settings/table.ts';

/** Part of a configuration; defaults fill the rest. */
export type TrainOptions = { readonly [K in keyof TrainConfig]?: TrainConfig[K] | undefined };

/** The source of a setting, which errors begin with: a file, or a file and line. */
export type Where = string | ((key: string) => string);

/** The source of settings given as flags; errors write them as flags. */
export const commandLine = 'command line';

/** How errors write settings: as a flag, or after their source. */
class Names {
  readonly #where: Where;

  constructor(where: Where) {
    if (typeof where !== 'string' && typeof where !== 'function')
      throw unexpected('a text or a function', 'where', where);
    this.#where = where;
  }

  at(key: string): string {
    return typeof this.#where === 'string' ? this.#where : this.#where(key);
  }

  prefix(key: string): string {
    return this.at(key) === commandLine ? '' : `${this.at(key)}: `;
  }

  /** The name without its source. */
  of(key: string, value?: unknown): string {
    const off = value === false && isSetting(key) && isNegated(key);
    return `${this.at(key) === commandLine ? '--' : ''}${off ? 'no-' : ''}${flagOf(key)}`;
  }
}

function defined(options: object): Values {
  checkObject('settings, such as { epochs: 10 }', 'configuration', options);
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** @throws UsageError for an unknown setting or an invalid value */
function checkValues(given: Values, names: Names): Values {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      if (!isSetting(key)) {
        const near = nearest(key, configKeys);
        throw new UsageError(
          `${names.prefix(key)}unknown setting ${flagOf(key)}${near ? `: did you mean ${flagOf(near)}?` : ''}`,
        );
      }
      return [key, checkValue(key, value, names)];
    }),
  );
}

function checkValue(key: SettingName, value: unknown, names: Names): unknown {
  try {
    const { kind } = settingOf(key);
    const checked = kind.check(names.of(key), value);
    // Absolute paths stay valid in any working directory.
    return kind.isPath ? absolutePath(checked as string) : checked;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${names.prefix(key)}${withoutType(error.message)}`);
  }
}

/** Fills in every default, the model's width included. @throws UsageError for an unknown model */
function complete(values: Values, names: Names): TrainConfig {
  const config = withDefaults(values) as TrainConfig;
  try {
    return { ...config, width: values.width === undefined ? publishedWidth(config.model) : config.width };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${names.prefix('model')}${names.of('model')}: ${error.message}`);
  }
}

/** @throws UsageError for a given setting whose choice was not made */
function checkEffect(given: Values, config: TrainConfig, names: Names): void {
  for (const [key, value] of Object.entries(given) as [SettingName, unknown][]) {
    if (hasEffect(key, config)) continue;
    if (settingOf(key).whenIdle !== undefined && value === valueWithoutEffect(key)) continue;
    const choice = missingChoice(key, config, (one) => names.of(one));
    throw new UsageError(`${names.prefix(key)}${names.of(key, value)} belongs to ${choice}`);
  }
}

/**
 * Resolves a configuration: fills in every default and validates.
 *
 * @param options - the given settings; one that has no effect under the others is an error
 * @param where - the source, for errors: `command line`, a file, or a function of the setting
 * @param defaults - override the built-in defaults; those without effect are dropped
 * @throws UsageError, one line that names the setting and its allowed values, or the choice it belongs to
 *
 * @example
 * const { lr, epochs } = resolveConfig({ model: 'resnet32', epochs: 30 });
 */
export function resolveConfig(
  options: TrainOptions,
  where: Where = 'configuration',
  defaults: TrainOptions = {},
): TrainConfig {
  const names = new Names(where);
  const given = checkValues(defined(options), names);
  const config = complete({ ...checkValues(defined(defaults), names), ...given }, names);
  checkEffect(given, config, names);
  checkSense(given, config, (key) => `${names.prefix(key)}${names.of(key)}`);
  return config;
}

/**
 * The configuration of a run, from the record in its `config.yaml`. Records of earlier versions contain every
 * setting; those without effect are dropped.
 *
 * @throws UsageError for an unknown setting or an invalid value
 */
export function savedConfig(record: Readonly<Record<string, unknown>>, where: Where): TrainConfig {
  const names = new Names(where);
  return complete(checkValues(configFromRecord(record), names), names);
}

/**
 * An own block is that of the copy in the run folder.
 *
 * @throws FileError if the run's `config.yaml` cannot be read, UsageError as {@link savedConfig}
 */
export function readSavedConfig(run: PathLike): TrainConfig {
  const folder = checkPath('the run folder', run);
  const file = join(folder, runFiles.config);
  const config = savedConfig(readConfigFile(file), file);
  return config.block === undefined ? config : { ...config, block: savedBlock(folder, config.block) };
}

/**
 * Applies to a saved configuration the changes allowed on resume.
 *
 * @param changes - settings given as flags
 * @param changeable - settings that may change
 * @throws UsageError if any other setting changes, or if a setting has no effect in the run
 */
export function changedConfig(
  saved: TrainConfig,
  changes: Readonly<Record<string, unknown>>,
  changeable: ReadonlySet<string>,
  run: string,
): TrainConfig {
  const names = new Names(commandLine);
  const given = checkValues(defined(changes), names);
  checkEffect(given, saved, names);
  for (const [key, value] of Object.entries(given) as [SettingName, unknown][])
    if (!changeable.has(key) && JSON.stringify(value) !== JSON.stringify(saved[key]))
      throw new UsageError(
        `--resume keeps the settings of the run: ${flagOf(key)} is ${String(saved[key])} in ${run} and cannot become ${String(value)}; start a new run instead`,
      );
  const config = { ...saved, ...given } as TrainConfig;
  checkSense(given, config, (key) => names.of(key));
  return config;
}

/** Serialises a configuration for `config.yaml`: keys as flags, only settings that have an effect. */
export function configToRecord(config: TrainConfig): Record<string, unknown> {
  checkConfig(config);
  return Object.fromEntries(
    configKeys
      .filter((key) => config[key] !== undefined && hasEffect(key, config))
      .map((key) => [flagOf(key), config[key]]),
  );
}

/** The inverse: `null` means absent; {@link resolveConfig} rejects unknown keys. */
export function configFromRecord(record: Readonly<Record<string, unknown>>): TrainOptions {
  checkObject('settings by their flags', 'record', record);
  return Object.fromEntries(
    Object.entries(record)
      .filter(([, value]) => value !== null)
      .map(([flag, value]) => [keyOf(flag), value]),
  );
}
