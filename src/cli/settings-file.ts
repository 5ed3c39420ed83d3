/** The settings of `train -c FILE`: every flag by its name, for the training and for the command. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../errors.ts';
import { expandHome } from '../io/index.ts';
import { readSettingsFile, runFiles } from '../runs/index.ts';
import { type TrainOptions, effectiveSettings } from '../train/index.ts';
import { isNegated, keyOf } from '../train/settings/flags.ts';
import { isSetting } from '../train/settings/table.ts';
import { type CommandKey, commandSettings, isCommandKey } from './command-settings.ts';

/** Keys for the command, besides the training settings. */
export interface CommandSettings {
  output?: string | undefined;
  name?: string | undefined;
  report?: boolean | undefined;
  json?: boolean | undefined;
  quiet?: boolean | undefined;
}

export interface FileSettings {
  readonly training: TrainOptions;
  readonly command: CommandSettings;
  /** `file:line` of a training setting. */
  readonly placeOf: (key: string) => string;
}

/** Allowed on the command line only. */
const flagsOnly = ['config', 'resume'];

/** `no-flip: true` is `flip: false`, like the flag. */
function withoutNo(flag: string, value: unknown, place: string): [key: string, value: unknown] {
  const key = keyOf(flag);
  const positive = keyOf(flag.replace(/^no-/, ''));
  const isNo = positive === 'report' || (isSetting(positive) && isNegated(positive));
  if (!flag.startsWith('no-') || !isNo) return [key, value];
  if (typeof value !== 'boolean')
    throw new UsageError(`${place}: expected true or false for ${flag}, got ${String(value)}`);
  return [positive, !value];
}

function commandValue(key: CommandKey, value: unknown, place: string): string | boolean {
  if (commandSettings[key].type === 'text') {
    const isText =
      (typeof value === 'string' && value !== '') || (key === 'name' && typeof value === 'number');
    if (!isText) throw new UsageError(`${place}: expected a string for ${key}, got ${String(value)}`);
    return key === 'output' ? expandHome(String(value)) : String(value);
  }
  if (typeof value !== 'boolean')
    throw new UsageError(`${place}: expected true or false for ${key}, got ${String(value)}`);
  return value;
}

/** Written by a training run. An earlier version's file names every setting, even those without effect. */
const isRecordOfRun = (file: string): boolean =>
  basename(file) === runFiles.config && existsSync(join(dirname(file), runFiles.status));

/**
 * @throws UsageError with file and line for invalid YAML, a file that is not a mapping, a repeated key, or a key not
 * allowed in a file
 */
export function readFileSettings(path: string): FileSettings {
  const file = expandHome(path);
  const { record, placeOf } = readSettingsFile(file);
  const training: Record<string, unknown> = {};
  const command: Record<string, unknown> = {};
  const places = new Map<string, string>();
  for (const [flag, written] of Object.entries(record)) {
    const place = placeOf(flag);
    if (flagsOnly.includes(flag))
      throw new UsageError(`${place}: ${flag} can only be given on the command line`);
    // As in `clip-grad: null`, or nothing after the colon.
    if (written === null) continue;
    const [key, value] = withoutNo(flag, written, place);
    const earlier = places.get(key);
    if (earlier !== undefined)
      throw new UsageError(`${place}: ${flag} is set twice; the first time is ${earlier}`);
    places.set(key, place);
    if (isCommandKey(key)) command[key] = commandValue(key, value, place);
    else training[key] = value;
  }
  return {
    training: isRecordOfRun(file) ? effectiveSettings(training) : training,
    command,
    placeOf: (key) => places.get(key) ?? file,
  };
}
