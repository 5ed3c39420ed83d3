/** `config.yaml`: the resolved configuration, a record of JSON values. */
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { FileError } from '../errors.ts';
import { writeFileAtomic } from '../io/index.ts';
import { withFileErrors } from './disk.ts';
import { recordSchema } from './schemas.ts';
import type { PlainRecord } from './types.ts';

/** Replaces the file atomically. */
export function writeConfigFile(file: string, config: PlainRecord): void {
  withFileErrors('write', file, () => {
    writeFileAtomic(file, stringify(config, { lineWidth: 0 }));
  });
}

/** @throws FileError that names the line if it is not YAML, or not a mapping. */
export function readConfigFile(file: string): PlainRecord {
  const text = withFileErrors('read', file, () => readFileSync(file, 'utf8'));
  // Fast path for files written by this project, much faster than the library, with the same result.
  return plainConfig(text) ?? yamlConfig(text, file);
}

/** `key: value`, `key:` with a list below, and a list item; values are plain words and numbers. */
const valueLine = /^([a-z][a-z0-9-]*): ([\w./+-]*\w)$/;
const listLine = /^([a-z][a-z0-9-]*):$/;
const itemLine = /^ {2}- ([\w./+-]*\w)$/;
const word = /^[a-z/][a-z0-9./-]*$/;
const constants: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
const number = /^(?:0|-?[1-9]\d{0,14}|-?(?:0|[1-9]\d{0,14})\.\d+(?:e-?\d{1,2})?)$/;

/** Undefined if the value is not of the plainest kind. */
function scalar(text: string): unknown {
  if (Object.hasOwn(constants, text)) return constants[text];
  if (number.test(text)) return Number(text);
  return word.test(text) ? text : undefined;
}

/** The record, if every line is of the plainest kind. */
function plainConfig(text: string): PlainRecord | undefined {
  const record: Record<string, unknown> = {};
  let list: unknown[] | undefined;
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const [, item] = itemLine.exec(line) ?? [];
    const [, key, value] = valueLine.exec(line) ?? listLine.exec(line) ?? [];
    const found = scalar(item ?? value ?? 'list');
    if (found === undefined) return undefined;
    if (item !== undefined) {
      if (!list) return undefined;
      list.push(found);
      continue;
    }
    // A key without list items is ambiguous: leave it to the library.
    if (key === undefined || list?.length === 0 || Object.hasOwn(record, key)) return undefined;
    list = value === undefined ? [] : undefined;
    record[key] = list ?? found;
  }
  return list?.length === 0 ? undefined : record;
}

function yamlConfig(text: string, file: string): PlainRecord {
  let content: unknown;
  try {
    content = parse(text);
  } catch (cause) {
    const [line = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new FileError(`${file} is not YAML: ${line.replace(/:$/, '')}`, cause);
  }
  const record = recordSchema.safeParse(content ?? {});
  if (!record.success) throw new FileError(`${file}: expected settings, one \`name: value\` per line`);
  return record.data;
}
