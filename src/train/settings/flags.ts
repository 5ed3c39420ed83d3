/** The flag of each setting, and its help. */
import { checkText } from '../../check.ts';
import { type SettingName, settingOf } from './table.ts';

/** tauLrFactor -> tau-lr-factor */
export function flagOf(key: string): string {
  checkText('key', key);
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** tau-lr-factor -> tauLrFactor */
export function keyOf(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Whether the setting is on by default, so that its flag is `--no-..`. */
export const isNegated = (key: SettingName): boolean => settingOf(key).default === true;

/** The flag without dashes: `tau-lr-factor`, `no-flip`. */
export const flagName = (key: SettingName): string => `${isNegated(key) ? 'no-' : ''}${flagOf(key)}`;

/** The default as help shows it; undefined for a switch. */
export function defaultText(key: SettingName): string | undefined {
  const { defaultLabel, default: value } = settingOf(key);
  if (defaultLabel !== undefined) return defaultLabel;
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** The help text with the default, unless that is a switch. */
export function helpWithDefault(key: SettingName, help = settingOf(key).help): string {
  const text = defaultText(key);
  return text === undefined ? help : `${help} (default ${text})`;
}
