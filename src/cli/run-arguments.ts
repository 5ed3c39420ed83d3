/** Run folders among the paths of a command line: `runs/*` also matches pages and other folders. */
import { FileError } from '../errors.ts';
import { notRunFolder } from '../runs/index.ts';
import { say } from './output.ts';
import { visible } from './terminal.ts';

export interface RunArguments {
  readonly runs: readonly string[];
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Says which paths are skipped, and why.
 *
 * @param command - its name, for messages
 * @throws FileError if no path is a run folder
 */
export function runFoldersAmong(paths: readonly string[], command: string): RunArguments {
  const refused = paths.flatMap((path) => {
    const reason = notRunFolder(path, { several: true });
    return reason === undefined ? [] : [{ path, reason }];
  });
  const runs = paths.filter((path) => refused.every((one) => one.path !== path));
  if (!runs.length) throw new FileError(refused.map(({ reason }) => reason).join('; '));
  for (const { reason } of refused) say(visible(`${command}: skipped: ${reason}`));
  return { runs, refused };
}
