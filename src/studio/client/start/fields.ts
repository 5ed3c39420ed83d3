/** The form's fields, derived from the table of settings, and the command line for their values. */
import { hasEffect } from '../../../train/settings/effect.ts';
import { defaultText, flagName } from '../../../train/settings/flags.ts';
import { groupTitles, settingGroups } from '../../../train/settings/setting.ts';
import { configKeys, type SettingName, settingOf } from '../../../train/settings/table.ts';

export interface Field {
  readonly key: SettingName;
  /** The flag without dashes: the label, and the key in the page's URL. */
  readonly flag: string;
  readonly input: 'choice' | 'switch' | 'number' | 'text';
  readonly hint: string;
  /** Shown while the field is empty. */
  readonly placeholder: string;
  /** The value omitted from the command line. */
  readonly defaultValue: string | undefined;
  readonly options: readonly string[];
  readonly isBasic: boolean;
}

interface Section {
  readonly title: string;
  readonly basic: readonly Field[];
  /** Collapsed by default. */
  readonly more: readonly Field[];
}

function fieldOf(key: SettingName): Field {
  const { kind, help, examples, basic, default: defaultValue } = settingOf(key);
  const { enum: choices, type } = kind.schema;
  const isNumber = type === 'number' || type === 'integer';
  return {
    key,
    flag: flagName(key),
    input: choices ? 'choice' : type === 'boolean' ? 'switch' : isNumber ? 'number' : 'text',
    hint: help,
    placeholder: defaultText(key) ?? '',
    defaultValue:
      typeof defaultValue === 'string' || typeof defaultValue === 'number' ? String(defaultValue) : undefined,
    options: (choices ?? examples ?? []).map(String),
    isBasic: basic === true,
  };
}

export const fields: readonly Field[] = configKeys.map(fieldOf);

export const sections: readonly Section[] = settingGroups.map((group) => {
  const own = fields.filter(({ key }) => settingOf(key).group === group);
  return {
    title: groupTitles[group],
    basic: own.filter(({ isBasic }) => isBasic),
    more: own.filter(({ isBasic }) => !isBasic),
  };
});

/** Values by flag, as in the page's URL; a switch that is on is '1'. */
export type Values = Readonly<Record<string, string | undefined>>;

const textOf = ({ flag }: Field, values: Values): string => values[flag]?.trim() ?? '';
const isGiven = (field: Field, values: Values): boolean => {
  const text = textOf(field, values);
  return field.input === 'switch' ? text === '1' : text !== '' && text !== field.defaultValue;
};

/** The value as seen by `train`. */
function valueOf(field: Field, values: Values): unknown {
  const { kind, default: defaultValue } = settingOf(field.key);
  if (!isGiven(field, values)) return defaultValue;
  if (field.input === 'switch') return defaultValue !== true;
  const text = textOf(field, values);
  return kind.parse ? kind.parse(text) : text;
}

/** Tells which fields have an effect, given the values of all: `train` rejects one without. */
export function effectsOf(values: Values): (field: Field) => boolean {
  const all = Object.fromEntries(fields.map((field) => [field.key, valueOf(field, values)]));
  return ({ key }) => hasEffect(key, all);
}

/** The arguments that differ from the defaults and have an effect: `['--epochs', '3', '--amp']`. */
export function argumentsOf(values: Values): string[] {
  const isEffective = effectsOf(values);
  return fields.flatMap((field) => {
    if (!isGiven(field, values) || !isEffective(field)) return [];
    return field.input === 'switch' ? [`--${field.flag}`] : [`--${field.flag}`, textOf(field, values)];
  });
}
