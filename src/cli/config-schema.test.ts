import { Ajv } from 'ajv';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { UsageError } from '../errors.ts';
import { resolveConfig } from '../train/index.ts';
import { settingsSchema } from '../train/settings/schema.ts';
import { flagOf, isNegated } from '../train/settings/flags.ts';
import { configKeys, settingOf } from '../train/settings/table.ts';
import { commandSchema } from './command-settings.ts';
import { readFileSettings } from './settings-file.ts';
import { temporaryFolder } from '../test-folder.ts';

const folder = temporaryFolder();

const schema = settingsSchema(commandSchema());
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);
const isValid = (record: unknown): boolean => validate(record);

/** Whether `train -c` accepts a file with this text. */
function isTaken(record: object): boolean {
  const file = join(folder, 'x.yaml');
  writeFileSync(file, stringify(record));
  try {
    const { training, placeOf } = readFileSettings(file);
    resolveConfig(training, placeOf);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** Values of every type, within and beyond the bounds of settings. */
const values: readonly unknown[] = [
  ...[null, true, false, 0, 1, 3, 0.5, -1, 1e-4, 2.5, 1e6, [0.5], [0.5, 0.25], [], [-1], ['x'], {}],
  ...['', ' ', 'x', 'cpu', 'cuda:1', 'resnet20', '0.1,0.2'],
];

it('describes every setting', () => {
  for (const key of configKeys) {
    const property = schema.properties?.[flagOf(key)];
    expect(property?.description, key).toContain(settingOf(key).help);
    expect(property?.default).toEqual(settingOf(key).default);
    expect(Object.hasOwn(schema.properties ?? {}, `no-${flagOf(key)}`)).toBe(isNegated(key));
  }
});

// An unknown model and text in place of numbers have messages of their own.
const beyondSchema = (key: string, value: unknown): boolean =>
  typeof value === 'string' && (key === 'model' || ['mean', 'std', 'decay-milestones'].includes(key));

it.each(configKeys.map(flagOf))('%s: the schema and `train -c` accept the same values', (flag) => {
  for (const value of values) {
    if (beyondSchema(flag, value)) continue;
    const record = { [flag]: value };
    if (isTaken(record)) expect(isValid(record), stringify(record)).toBe(true);
    // The remaining rules relate settings to each other, and are checked by resolveConfig.
    else if (isValid(record)) expect(relations).toContain(flag);
  }
});

/** Settings whose values are also checked against each other. */
const relations = [
  'mean',
  'std',
  'warmup-epochs',
  'min-lr',
  'lr',
  'sched',
  'checkpoint-every',
  'shortcut',
  'patience',
];

const choices = configKeys.flatMap((key) => {
  const { belongsTo, kind } = settingOf(key);
  if (!belongsTo?.oneOf) return [];
  const value = kind.schema.enum?.[0] ?? settingOf(key).default ?? 1;
  const choice = settingOf(belongsTo.setting as (typeof configKeys)[number]);
  return (choice.kind.schema.enum ?? []).map(
    (chosen) => [flagOf(key), value, belongsTo.setting, chosen] as const,
  );
});

it.each(choices)('%s: %o with %s: %s is valid if `train -c` accepts it', (flag, value, choice, chosen) => {
  const record = { [flag]: value, [flagOf(choice)]: chosen, epochs: 200 };
  expect(isValid(record)).toBe(isTaken(record));
});

it.each([
  ['a setting of a choice that was not made', 'sched: cosine\npeak-at: 0.3', false],
  ['one whose choice is the default', 'peak-at: 0.3', true],
  ['one whose choice is a number above 0', 'decay-norm: true', true],
  ['one whose number is 0', 'decay-norm: true\nweight-decay: 0', false],
  ['one that needs another to be given', 'key-style: torchvision', false],
  ['the same with it', 'key-style: torchvision\ninitial-checkpoint: x.pth', true],
  ['a no-key', 'no-flip: true', true],
  ['the value that a setting has without effect', 'opt: adam\nnesterov: false', true],
  ['another one', 'opt: adam\nnesterov: true', false],
  ['the place of the run', 'output: runs\nname: 7\nno-report: true', true],
  ['a flag of the command line', 'resume: runs/x', false],
  ['a slip', 'learning-rate: 0.1', false],
])('%s', (_, text, expected) => {
  const record = parse(text) as object;
  expect([isValid(record), isTaken(record)]).toEqual([expected, expected]);
});
