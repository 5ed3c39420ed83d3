/** Which settings have an effect, given the values of the others, and how errors describe one that has none. */
import { checkObject } from '../../check.ts';
import { type Condition, configKeys, isSetting, type SettingName, settingOf } from './table.ts';

export type Values = Readonly<Partial<Record<SettingName, unknown>>>;

function holds({ setting, oneOf, above }: Condition, values: Values): boolean {
  const value = values[setting as SettingName];
  if (oneOf) return oneOf.includes(value as string);
  if (above !== undefined) return (value as number) > above;
  return value !== undefined;
}

/**
 * Whether a setting has an effect: its choice is made, and has an effect itself.
 *
 * @param values - of every setting, defaults included
 */
export function acts(key: SettingName, values: Values): boolean {
  const { belongsTo } = settingOf(key);
  return (
    belongsTo === undefined || (holds(belongsTo, values) && acts(belongsTo.setting as SettingName, values))
  );
}

/** Every setting: as given, else its default; one without effect as it is then. */
export function withDefaults(given: Values): Values {
  const all: Values = Object.fromEntries(
    configKeys.map((key) => [key, given[key] === undefined ? settingOf(key).default : given[key]]),
  );
  return Object.fromEntries(configKeys.map((key) => [key, acts(key, all) ? all[key] : idleValue(key)]));
}

export function idleValue(key: SettingName): unknown {
  const { whenIdle, default: usual } = settingOf(key);
  return whenIdle ?? usual;
}

/**
 * The choice that a setting without effect lacks, in words: `sched cosine, not one-cycle`.
 *
 * @param named - how errors write the name of a setting
 */
export function missingChoice(key: SettingName, values: Values, named: (key: SettingName) => string): string {
  const { belongsTo } = settingOf(key);
  const { setting, oneOf, above } = belongsTo!;
  const choice = setting as SettingName;
  // Of a chain the first choice that is missing: a warm-up's start has none where the schedule has no warm-up.
  if (!acts(choice, values)) return missingChoice(choice, values, named);
  if (oneOf) return `${named(choice)} ${inWords(oneOf)}, not ${String(values[choice])}`;
  return above === undefined ? named(choice) : `${named(choice)} above ${above}`;
}

const inWords = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;

/** Of given settings those that have an effect; unknown ones are left to their check. */
export function withEffect<T extends object>(given: T): T {
  checkObject('settings', 'given', given);
  const all = withDefaults(given);
  return Object.fromEntries(Object.entries(given).filter(([key]) => !isSetting(key) || acts(key, all))) as T;
}

/**
 * Settings with others over them. One that only the lower choice gave an effect goes with that choice.
 *
 * @returns the settings, and those that went
 */
export function overridden<T extends object>(lower: T, upper: T): { settings: T; gone: SettingName[] } {
  checkObject('settings', 'lower', lower);
  checkObject('settings', 'upper', upper);
  const both = withDefaults({ ...lower, ...upper });
  const alone = withDefaults(lower);
  const gone = Object.keys(lower).filter(
    (key): key is SettingName => isSetting(key) && !(key in upper) && !acts(key, both) && acts(key, alone),
  );
  const kept = Object.entries(lower).filter(([key]) => !gone.includes(key as SettingName));
  return { settings: { ...(Object.fromEntries(kept) as T), ...upper }, gone };
}
