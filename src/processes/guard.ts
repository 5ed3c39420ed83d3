/**
 * First step of every process of the project: survive outputs whose reader has gone, and a hang-up that is to be
 * ignored.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

export interface Output {
  /** Why the last write failed; a closed pipe is not a failure. */
  failure(): NodeJS.ErrnoException | undefined;
}

/** The reader closed its pipe, or the terminal is gone: later writes would not arrive. */
const lostReader: ReadonlySet<string> = new Set([
  'EPIPE',
  'EIO',
  'ENXIO',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
]);

/**
 * Makes writes to stdout and stderr safe at any time, and ignores SIGHUP under `nohup`. Training continues without a
 * reader: the run folder is its record.
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
  // For a file, the call reports a full disk; for a pipe or a terminal, an event does.
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
 * Whether this process was started with SIGHUP ignored, as by `nohup`. Node resets every signal to its default action
 * before any module runs, so this is inferred from the traces of `nohup`: an unreadable stdin, in place of a terminal;
 * its name as the shell's last command (bash, zsh); a parent that ignores SIGHUP itself (a script under `nohup`). Where
 * there is no trace (`exec nohup` in a script), set MEANFIELD_IGNORE_HANGUP=1.
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
    // A signal mask; SIGHUP is bit 0.
    const mask = /^SigIgn:\s*([\da-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return (parseInt(mask?.at(-1) ?? '0', 16) & 1) === 1;
  } catch {
    return false;
  }
}
