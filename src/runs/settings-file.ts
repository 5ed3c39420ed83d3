/** A YAML settings file written by the user; errors give the line. */
import { readFileSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { UsageError } from '../errors.ts';
import { recordSchema } from './schemas.ts';
import type { PlainRecord } from './types.ts';

export interface SettingsFile {
  readonly record: PlainRecord;
  /** `file:line` of a key; for an absent key, the file. */
  readonly placeOf: (key: string) => string;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  ENOTDIR: 'no such file',
};

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new UsageError(`the settings file ${file} cannot be read: ${reasons[code] ?? message}`, error);
  }
}

/** @throws UsageError that names the file and, if known, the line */
export function readSettingsFile(file: string): SettingsFile {
  const text = textOf(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  const [error] = document.errors;
  if (error) throw new UsageError(`${at(error.pos[0])}: not YAML: ${error.message.split('\n')[0]!}`, error);
  const { contents } = document;
  const start = at(contents?.range[0] ?? 0);
  const places = new Map<string, string>();
  for (const { key } of isMap(contents) ? contents.items : []) {
    const place = at(key.range[0]);
    if (!isScalar(key)) throw new UsageError(`${place}: expected the name of a setting, one word`);
    places.set(String(key.value), place);
  }
  let content: unknown;
  try {
    content = document.toJS();
  } catch (cause) {
    throw new UsageError(
      `${start}: not YAML: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
  const record = recordSchema.safeParse(content ?? {});
  if (!record.success) throw new UsageError(`${start}: expected settings, one \`name: value\` per line`);
  return { record: record.data, placeOf: (key) => places.get(key) ?? file };
}
