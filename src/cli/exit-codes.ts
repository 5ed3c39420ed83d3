/** The meaning of each exit code, for help and docs/reference/exit-codes.md. */
import { exitCodes } from '../errors.ts';

type Name = keyof typeof exitCodes;

export const exitCodeMeanings: Readonly<Record<Name, { readonly short: string; readonly long: string }>> = {
  done: { short: 'done', long: 'Success.' },
  failed: {
    short: 'failed',
    long: 'The command failed: a file cannot be read or written, a claim does not hold, an image cannot be read.',
  },
  usage: { short: 'usage', long: 'A flag, argument or setting is unknown, has a wrong value or no effect.' },
  environment: {
    short: 'environment or data missing',
    long: 'libtorch, a CPU feature, a package or a data set is missing or damaged.',
  },
  diverged: { short: 'diverged', long: 'The loss became infinite, NaN or very large.' },
  hangup: { short: 'SIGHUP', long: 'The terminal was closed. Training has saved; `--resume` continues it.' },
  interrupted: {
    short: 'Ctrl-C',
    long: 'Ctrl-C, or an aborted call. Training has saved; `--resume` continues it.',
  },
  terminated: {
    short: 'SIGTERM',
    long: 'The process was asked to end. Training has saved; `--resume` continues it.',
  },
};

/** One line for `meanfield --help`. */
export function exitCodeNote(): string {
  const texts = (Object.keys(exitCodes) as Name[]).map(
    (name) => `${exitCodes[name]} ${exitCodeMeanings[name].short}`,
  );
  return `Exit codes: ${texts.join(', ')}`;
}
