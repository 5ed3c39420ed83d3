/** What to type to get a data set that can be downloaded. */
import { dirname } from 'node:path';
import { checkText } from '../check.ts';
import { isFile } from '../io/index.ts';
import { meanfieldCommand } from '../program.ts';

/** Where data go if no folder was named. */
const usualFolder = 'data';

/** @param dataDir - where it was looked for: it is fetched to there */
export function fetchHint(name: string, dataDir?: string): string {
  checkText('the name of a data set', name);
  if (dataDir !== undefined) checkText('dataDir', dataDir);
  const folder = dataDir === undefined ? usualFolder : isFile(dataDir) ? dirname(dataDir) : dataDir;
  const then = dataDir === undefined ? `, then give --data-dir ${usualFolder}` : '';
  return `fetch it: ${meanfieldCommand('data', 'fetch', name, '--data-dir', { path: folder })}${then}`;
}
