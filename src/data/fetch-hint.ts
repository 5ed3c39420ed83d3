/** The command that downloads a data set. */
import { dirname } from 'node:path';
import { checkText } from '../check.ts';
import { isFile } from '../io/index.ts';
import { meanfieldCommand } from '../program.ts';

/** The data folder if none was given. */
const defaultFolder = 'data';

/**
 * The command that downloads a data set, for messages.
 *
 * @param dataDir - where the data was expected: it is fetched to there
 */
export function fetchHint(name: string, dataDir?: string): string {
  checkText('the name of a data set', name);
  if (dataDir !== undefined) checkText('dataDir', dataDir);
  const folder = dataDir === undefined ? defaultFolder : isFile(dataDir) ? dirname(dataDir) : dataDir;
  const then = dataDir === undefined ? `, then give --data-dir ${defaultFolder}` : '';
  return `fetch it: ${meanfieldCommand('data', 'fetch', name, '--data-dir', { path: folder })}${then}`;
}
