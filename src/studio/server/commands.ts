/** What to type for a run. */
import { join } from 'node:path';
import { commandLine, runFiles } from '../../runs/index.ts';
import type { PlainRecord } from '../../runs/index.ts';
import type { RunDetail } from '../protocol/index.ts';

/**
 * What to type for a run folder.
 *
 * @param dir - as the user would name it
 */
export function commandsFor(dir: string, environment: PlainRecord | undefined): RunDetail['commands'] {
  const own = environment?.command;
  const meanfield = (...words: string[]): string => commandLine(['meanfield', ...words]);
  return {
    start:
      typeof own === 'string' && own.startsWith('meanfield train')
        ? own
        : meanfield('train', '--config', join(dir, runFiles.config)),
    resume: meanfield('train', '--resume', dir),
    evaluate: meanfield('evaluate', dir),
    report: meanfield('report', dir),
    analyse: meanfield('analyse', dir),
  };
}
