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
  const text = onDisk('read', file, () => readFileSync(file, 'utf8'));
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
