/** What every process of the project does first: outputs that lose their reader, and a hang-up that it was told to ignore, do not end it. */
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

export interface Output {
  /** Why the last write failed; a reader that went away is not a failure. */
  failure(): NodeJS.ErrnoException | undefined;
}

/** The reader closed its pipe, or the terminal is gone: nothing that is written later arrives. */
const lostReader: ReadonlySet<string> = new Set([
  'EPIPE',
  'EIO',
  'ENXIO',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
]);

/**
 * Makes stdout and stderr safe to write to at any time, and SIGHUP without effect under `nohup`. Training goes on without a
 * reader: its record is the run folder.
 */
export function guardProcess(): { readonly stdout: Output; readonly stderr: Output } {
  if (hangUpIsIgnored()) process.on('SIGHUP', () => undefined);
  return { stdout: guardOutput(process.stdout), stderr: guardOutput(process.stderr) };
}

function guardOutput(stream: NodeJS.WriteStream): Output {
  let [failure, lost]: [NodeJS.ErrnoException | undefined, boolean] = [undefined, false];
  const fail = (error: NodeJS.ErrnoException): void => {
    if (lostReader.has(error.code ?? '')) lost = true;
    else failure = error;
  };
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  // A file reports a full disk from the call, a pipe or a terminal by an event.
  stream.on('error', fail);
  stream.write = (...args: unknown[]): boolean => {
    if (lost) {
      const callback = args.at(-1);
      if (typeof callback === 'function') process.nextTick(callback);
      return true;
    }
    try {
      return write(...args);
    } catch (error) {
      fail(error as NodeJS.ErrnoException);
      return true;
    }
  };
  return { failure: () => failure };
}

let ignored: boolean | undefined;

/**
 * Whether this process was started with SIGHUP ignored, as by `nohup`. Node gives every signal its default action before any
 * module runs, so this is read from what `nohup` leaves behind: a stdin that cannot be read, where it was a terminal; its name
 * as the last command of the shell (bash, zsh); a parent that ignores SIGHUP itself (a script under `nohup`). Where nothing
 * is left behind (`exec nohup` in a script), MEANFIELD_IGNORE_HANGUP=1 says so.
 */
export function hangUpIsIgnored(): boolean {
  return (ignored ??=
    process.env.MEANFIELD_IGNORE_HANGUP === '1' ||
    basename(process.env._ ?? '') === 'nohup' ||
    stdinIsWriteOnly() ||
    ignoresHangUp(process.ppid));
}

function stdinIsWriteOnly(): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1];
    return readlinkSync('/proc/self/fd/0') === '/dev/null' && (parseInt(flags ?? '0', 8) & 3) === 1;
  } catch {
    return false;
  }
}

function ignoresHangUp(pid: number): boolean {
  try {
    // A mask of signals; SIGHUP is the first.
    const mask = /^SigIgn:\s*([\da-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return (parseInt(mask?.at(-1) ?? '0', 16) & 1) === 1;
  } catch {
    return false;
  }
}
