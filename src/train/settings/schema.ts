/** The table of settings as a JSON Schema, for completion and validation of YAML in editors. */
import { flagOf, helpWithDefault, isNegated } from './flags.ts';
import type { Condition } from './setting.ts';
import { configKeys, type SettingName, settingOf } from './table.ts';
import type { JsonSchema } from './kinds.ts';

/** A key without a value counts as absent. */
const orNull = (schema: JsonSchema): JsonSchema => {
  const { type, enum: values, ...rest } = schema;
  if (values) return { ...rest, enum: [...values, null] };
  return typeof type === 'string' ? { ...rest, type: [type, 'null'] } : { anyOf: [schema, { type: 'null' }] };
};

function propertyOf(key: SettingName): JsonSchema {
  const { kind, help, default: initial, examples } = settingOf(key);
  const meaning = isNegated(key) ? `false: ${help}` : help;
  return {
    ...orNull(kind.schema),
    description: helpWithDefault(key, meaning),
    ...(initial === undefined ? {} : { default: initial }),
    ...(examples ? { examples } : {}),
  };
}

/** The second key of a switch that is on by default: `no-x: true` is `x: false`. */
export const negation = (key: string, help: string): [string, JsonSchema] => [
  `no-${key}`,
  { type: ['boolean', 'null'], description: help, default: false },
];

function propertiesOf(key: SettingName): [string, JsonSchema][] {
  const own: [string, JsonSchema] = [flagOf(key), propertyOf(key)];
  return isNegated(key) ? [own, negation(flagOf(key), settingOf(key).help)] : [own];
}

/** The schema of records in which the condition holds: the choice is made, and has an effect itself. */
function met(condition: Condition): JsonSchema {
  const { belongsTo } = settingOf(condition.setting as SettingName);
  return belongsTo ? { allOf: [choiceOf(condition), met(belongsTo)] } : choiceOf(condition);
}

function choiceOf({ setting, oneOf, above }: Condition): JsonSchema {
  const { default: initial } = settingOf(setting as SettingName);
  const flag = flagOf(setting);
  const one = (schema: JsonSchema): JsonSchema => ({ properties: { [flag]: schema }, required: [flag] });
  const oneOrDefault = (schema: JsonSchema): JsonSchema => ({ properties: { [flag]: orNull(schema) } });
  if (oneOf) return (oneOf.includes(initial as string) ? oneOrDefault : one)({ enum: oneOf });
  if (above === undefined) return one({ not: { type: 'null' } });
  return ((initial as number) > above ? oneOrDefault : one)({ type: 'number', exclusiveMinimum: above });
}

/** A setting with a value other than its idle one requires its choice. */
function rulesOf(key: SettingName): JsonSchema[] {
  const { belongsTo, whenIdle } = settingOf(key);
  if (!belongsTo) return [];
  const then = met(belongsTo);
  const rule = (flag: string, idle: unknown): JsonSchema => ({
    if: {
      required: [flag],
      properties: { [flag]: { not: { enum: idle === undefined ? [null] : [null, idle] } } },
    },
    then,
  });
  const own = rule(flagOf(key), whenIdle);
  return isNegated(key)
    ? [own, rule(`no-${flagOf(key)}`, whenIdle === undefined ? undefined : !whenIdle)]
    : [own];
}

/**
 * A JSON Schema (draft 07) of the YAML file that `train -c` reads: the values of each setting, its default, meaning
 * and choice.
 *
 * @param others - keys of the file that are not training settings
 */
export function settingsSchema(others: Readonly<Record<string, JsonSchema>> = {}): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Settings of meanfield train',
    type: 'object',
    properties: { ...Object.fromEntries(configKeys.flatMap(propertiesOf)), ...others },
    additionalProperties: false,
    allOf: configKeys.flatMap(rulesOf),
  };
}
