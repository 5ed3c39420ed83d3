/** The command lines shown for a run. */
import { join } from 'node:path';
import { commandLine, pathArgument } from '../../command-line.ts';
import { meanfieldCommand } from '../../program.ts';
import { type PlainRecord, runFiles } from '../../runs/index.ts';
import type { RunDetail } from '../protocol/index.ts';

/** Program prefix of a recorded command line; older runs record the command alone. */
const started = /^(?:(?:npx )?meanfield|node .*meanfield\.js'?) (?=train(?: |$))/;

/**
 * The command lines for a run folder.
 *
 * @param dir - as the user would type it
 * @param program - how the user calls `meanfield`; default: the way it is called in the current folder
 */
export function commandsFor(
  dir: string,
  environment: PlainRecord | undefined,
  program = meanfieldCommand(),
): RunDetail['commands'] {
  const own = environment?.command;
  const meanfield = (words: readonly string[], path: string): string =>
    `${program} ${commandLine([...words, pathArgument(path)])}`;
  return {
    start:
      typeof own === 'string' && started.test(own)
        ? own.replace(/^meanfield/, () => program)
        : meanfield(['train', '--config'], join(dir, runFiles.config)),
    resume: meanfield(['train', '--resume'], dir),
    evaluate: meanfield(['evaluate'], dir),
    report: meanfield(['report'], dir),
    analyse: meanfield(['analyse'], dir),
  };
}
