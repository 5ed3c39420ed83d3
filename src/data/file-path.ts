/** Paths of files that others named: any bytes may stand in them. */
import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { checkText, oneLine } from '../check.ts';

/** Bytes where the name is not UTF-8, which text could not hold. */
export type FilePath = string | Buffer;

/** Text as it is; bytes that are not UTF-8 as Latin-1, so that different names stay different. */
export function nameText(name: Buffer): string {
  return name.toString(isUtf8(name) ? 'utf8' : 'latin1');
}

/** The path on one line, for messages. */
export function pathText(path: FilePath): string {
  if (!Buffer.isBuffer(path)) checkText('path', path);
  return oneLine(typeof path === 'string' ? path : nameText(path));
}

/** A file in a folder. */
export function childOf(folder: FilePath, name: Buffer): FilePath {
  if (typeof folder === 'string' && isUtf8(name)) return join(folder, name.toString('utf8'));
  return Buffer.concat([Buffer.from(folder), Buffer.from('/'), name]);
}
