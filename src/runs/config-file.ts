/** `config.yaml`: the resolved configuration, a record of JSON values. */
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { FileError } from '../errors.ts';
import { writeFileAtomic } from '../io/atomic.ts';
import { onDisk } from './disk.ts';
import { recordSchema } from './schemas.ts';
import type { PlainRecord } from './types.ts';

/** Replaces the file as a whole. */
export function writeConfigFile(file: string, config: PlainRecord): void {
  onDisk('write', file, () => {
    writeFileAtomic(file, stringify(config, { lineWidth: 0 }));
  });
}

/** @throws FileError that names the line if it is no YAML, or no record. */
export function readConfigFile(file: string): PlainRecord {
  return parseConfig(readText(file), file);
}

/** The lines of a file as this project writes it, with plain words and numbers alone. */
const valueLine = /^([a-z][a-z0-9-]*): ([\w./+-]*\w)$/;
const listLine = /^[a-z][a-z0-9-]*:$/;
const itemLine = /^ {2}- [\w./+-]*\w$/;
/** Values that are what they look like. */
const word = /^(?!(?:true|false|null)$)[a-z][a-z0-9./-]*$/;
const wholeNumber = /^(?:0|-?[1-9]\d{0,14})$/;

/** Undefined where the file is not of the plainest kind. */
function plainSettings(text: string, keys: readonly string[]): PlainRecord | undefined {
  const found: Record<string, unknown> = {};
  const seen = new Set<string>();
  let inList = false;
  for (const line of text.replace(/\n$/, '').split('\n')) {
    if (inList && itemLine.test(line)) continue;
    const [, key = line.slice(0, -1), value] = valueLine.exec(line) ?? [];
    inList = value === undefined && listLine.test(line);
    if ((value === undefined && !inList) || seen.has(key)) return undefined;
    seen.add(key);
    if (!keys.includes(key)) continue;
    if (value === undefined) return undefined;
    if (value === 'true' || value === 'false') found[key] = value === 'true';
    else if (word.test(value)) found[key] = value;
    else if (wholeNumber.test(value)) found[key] = Number(value);
    else return undefined;
  }
  return found;
}

/**
 * Some settings, many times faster than all of them where the file is as this project writes it.
 *
 * @throws FileError as {@link readConfigFile} does
 */
export function readConfigSettings(file: string, keys: readonly string[]): PlainRecord {
  const text = readText(file);
  const plain = plainSettings(text, keys);
  if (plain) return plain;
  const all = parseConfig(text, file);
  return Object.fromEntries(keys.flatMap((key) => (key in all ? [[key, all[key]]] : [])));
}

const readText = (file: string): string => onDisk('read', file, () => readFileSync(file, 'utf8'));

function parseConfig(text: string, file: string): PlainRecord {
  let content: unknown;
  try {
    content = parse(text);
  } catch (cause) {
    const [line = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new FileError(`${file} is not YAML: ${line.replace(/:$/, '')}`, cause);
  }
  const record = recordSchema.safeParse(content ?? {});
  if (!record.success) throw new FileError(`${file}: expected settings, one \`name: value\` a line`);
  return record.data;
}
