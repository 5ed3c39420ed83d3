/** Identifies a process by number and start time, so that a reused number is not mistaken for the old process. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Number and start time of a living process; '' for a dead one or a zombie. Without `/proc` the number alone. */
export function processIdentity(pid: number): string {
  const stat = statOf(pid);
  if (stat !== undefined) {
    // After the name, which may contain any characters: state, parent, ..., start time as field 20.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : `${pid} ${fields[19]}`;
  }
  try {
    process.kill(pid, 0);
    return `${pid} -`;
  } catch (error) {
    // EPERM: the process is alive, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? `${pid} -` : '';
  }
}

/**
 * The scope of process numbers: one boot of one machine, and one PID namespace, since each container has its own. '' if it is
 * unknown.
 */
export function processSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/** The process that wrote a record, such as `status.json`. */
interface RecordedProcess {
  readonly pid: number;
  readonly host: string;
  /** Its `processMark`; absent or '' if that was unknown. */
  readonly process?: string | undefined;
}

/** Identifies this process on this boot of this machine; '' if that is unknown. */
export function processMark(): string {
  const space = processSpace();
  return space && `${space} ${processIdentity(process.pid)}`;
}

/**
 * Whether the process that wrote a record is alive: by its mark, or without one by its number.
 *
 * @returns undefined for a process of another host, container or boot
 */
export function isProcessAlive({ pid, host, process: mark }: RecordedProcess): boolean | undefined {
  if (!mark) return host === hostname() ? processIdentity(pid) !== '' : undefined;
  const space = processSpace();
  return space && mark.startsWith(`${space} `) ? mark === `${space} ${processIdentity(pid)}` : undefined;
}

function statOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
}
