/** The form's fields, from the table of settings, and the command line that their values make. */
import { acts } from '../../../train/settings/effect.ts';
import {
  configKeys,
  defaultText,
  flagName,
  type SettingGroup,
  settingGroups,
  type SettingName,
  settingOf,
} from '../../../train/settings/table.ts';

export interface Field {
  readonly key: SettingName;
  /** Without its dashes: the label, and the key in the page's address. */
  readonly flag: string;
  readonly input: 'choice' | 'switch' | 'number' | 'text';
  readonly hint: string;
  /** Shown while nothing is given. */
  readonly placeholder: string;
  /** The value that is left out of the command line. */
  readonly usual: string | undefined;
  readonly options: readonly string[];
  readonly isBasic: boolean;
}

export interface Section {
  readonly title: string;
  readonly basic: readonly Field[];
  /** Folded until asked for. */
  readonly more: readonly Field[];
}

const titles: Readonly<Record<SettingGroup, string>> = {
  data: 'Data',
  model: 'Model',
  scheme: 'Positions in depth',
  optimiser: 'Optimisation',
  images: 'Images',
  machine: 'Machine',
  run: 'Run',
};

function fieldOf(key: SettingName): Field {
  const { kind, help, examples, basic, default: usual } = settingOf(key);
  const { enum: choices, type } = kind.schema;
  const isNumber = type === 'number' || type === 'integer';
  return {
    key,
    flag: flagName(key),
    input: choices ? 'choice' : type === 'boolean' ? 'switch' : isNumber ? 'number' : 'text',
    hint: help,
    placeholder: defaultText(key) ?? '',
    usual: typeof usual === 'string' || typeof usual === 'number' ? String(usual) : undefined,
    options: (choices ?? examples ?? []).map(String),
    isBasic: basic === true,
  };
}

export const fields: readonly Field[] = configKeys.map(fieldOf);

export const sections: readonly Section[] = settingGroups.map((group) => {
  const own = fields.filter(({ key }) => settingOf(key).group === group);
  return {
    title: titles[group],
    basic: own.filter(({ isBasic }) => isBasic),
    more: own.filter(({ isBasic }) => !isBasic),
  };
});

/** By flag, as the page's address has them; a switch that is on is '1'. */
export type Values = Readonly<Record<string, string | undefined>>;

const textOf = ({ flag }: Field, values: Values): string => values[flag]?.trim() ?? '';
const isGiven = (field: Field, values: Values): boolean => {
  const text = textOf(field, values);
  return field.input === 'switch' ? text === '1' : text !== '' && text !== field.usual;
};

/** The value that `train` would see. */
function valueOf(field: Field, values: Values): unknown {
  const { kind, default: usual } = settingOf(field.key);
  if (!isGiven(field, values)) return usual;
  if (field.input === 'switch') return usual !== true;
  const text = textOf(field, values);
  return kind.parse ? kind.parse(text) : text;
}

/** Whether a field has an effect, given the others: `train` refuses one that has none. */
export function hasEffect({ key }: Field, values: Values): boolean {
  return acts(key, Object.fromEntries(fields.map((field) => [field.key, valueOf(field, values)])));
}

/** Whatever differs from the defaults and has an effect: `['--epochs', '3', '--amp']`. */
export function argumentsOf(values: Values): string[] {
  return fields.flatMap((field) => {
    if (!isGiven(field, values) || !hasEffect(field, values)) return [];
    return field.input === 'switch' ? [`--${field.flag}`] : [`--${field.flag}`, textOf(field, values)];
  });
}
