/** Which settings have an effect, given the values of the others, and how errors describe one that has none. */
import { checkObject } from '../../check.ts';
import type { Condition } from './setting.ts';
import { configKeys, isSetting, type SettingName, settingOf } from './table.ts';

export type Values = Readonly<Partial<Record<SettingName, unknown>>>;

function holds({ setting, oneOf, above }: Condition, values: Values): boolean {
  const value = values[setting as SettingName];
  if (oneOf) return oneOf.includes(value as string);
  if (above !== undefined) return (value as number) > above;
  return value !== undefined;
}

/**
 * Whether a setting has an effect: its choice is made, and that choice has an effect itself.
 *
 * @param values - of every setting, defaults included
 */
export function hasEffect(key: SettingName, values: Values): boolean {
  const { belongsTo } = settingOf(key);
  return (
    belongsTo === undefined ||
    (holds(belongsTo, values) && hasEffect(belongsTo.setting as SettingName, values))
  );
}

/** Every setting: as given, else its default; one without effect gets its idle value. */
export function withDefaults(given: Values): Values {
  const all: Values = Object.fromEntries(
    configKeys.map((key) => [key, given[key] === undefined ? settingOf(key).default : given[key]]),
  );
  return Object.fromEntries(
    configKeys.map((key) => [key, hasEffect(key, all) ? all[key] : valueWithoutEffect(key)]),
  );
}

export function valueWithoutEffect(key: SettingName): unknown {
  const { whenIdle, default: value } = settingOf(key);
  return whenIdle ?? value;
}

/**
 * The missing choice of a setting without effect, in words: `sched cosine, not one-cycle`.
 *
 * @param named - how errors write the name of a setting
 */
export function missingChoice(key: SettingName, values: Values, named: (key: SettingName) => string): string {
  const { belongsTo } = settingOf(key);
  const { setting, oneOf, above } = belongsTo!;
  const choice = setting as SettingName;
  // Report the first missing choice of a chain: without a warm-up, its start has no effect either.
  if (!hasEffect(choice, values)) return missingChoice(choice, values, named);
  if (oneOf) return `${named(choice)} ${inWords(oneOf)}, not ${String(values[choice])}`;
  return above === undefined ? named(choice) : `${named(choice)} above ${above}`;
}

const inWords = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;

/** Drops given settings without effect; keeps unknown ones, which validation rejects. */
export function effectiveSettings<T extends object>(given: T): T {
  checkObject('settings', 'given', given);
  const all = withDefaults(given);
  return Object.fromEntries(
    Object.entries(given).filter(([key]) => !isSetting(key) || hasEffect(key, all)),
  ) as T;
}

/**
 * Merges two sets of settings; the upper ones win. A lower setting is dropped if it had an effect before the merge
 * and has none after.
 *
 * @returns the merged settings, and the dropped ones
 */
export function overrideSettings<T extends object>(
  lower: T,
  upper: T,
): { settings: T; dropped: SettingName[] } {
  checkObject('settings', 'lower', lower);
  checkObject('settings', 'upper', upper);
  const both = withDefaults({ ...lower, ...upper });
  const alone = withDefaults(lower);
  const dropped = Object.keys(lower).filter(
    (key): key is SettingName =>
      isSetting(key) && !(key in upper) && !hasEffect(key, both) && hasEffect(key, alone),
  );
  const kept = Object.entries(lower).filter(([key]) => !dropped.includes(key as SettingName));
  return { settings: { ...(Object.fromEntries(kept) as T), ...upper }, dropped };
}
