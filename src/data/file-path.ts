/** Paths of files named by others: they may contain any bytes. */
import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { checkText, oneLine } from '../check.ts';

/** Bytes if the name is not UTF-8 and so does not fit into a string. */
export type FilePath = string | Buffer;

/** Text unchanged; bytes that are not UTF-8 as Latin-1, so that different names stay different. */
export function decodeFileName(name: Buffer): string {
  return name.toString(isUtf8(name) ? 'utf8' : 'latin1');
}

/** The path on one line, for messages. */
export function displayPath(path: FilePath): string {
  if (!Buffer.isBuffer(path)) checkText('path', path);
  return oneLine(typeof path === 'string' ? path : decodeFileName(path));
}

/** A file in a folder. */
export function joinPath(folder: FilePath, name: Buffer): FilePath {
  if (typeof folder === 'string' && isUtf8(name)) return join(folder, name.toString('utf8'));
  return Buffer.concat([Buffer.from(folder), Buffer.from('/'), name]);
}
