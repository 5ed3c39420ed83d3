/** Who a process is: its number and when it started, so that a number in its second life is not taken for the first. */
import { readFileSync, readlinkSync } from 'node:fs';

/** Of a living process; '' for one that is dead or a zombie. Where `/proc` is missing the number alone counts. */
export function processIdentity(pid: number): string {
  const stat = statOf(pid);
  if (stat !== undefined) {
    // After the name, which may hold anything: state, parent, ..., start time as the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : `${pid} ${fields[19]}`;
  }
  try {
    process.kill(pid, 0);
    return `${pid} -`;
  } catch (error) {
    // EPERM: it lives, but belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? `${pid} -` : '';
  }
}

/**
 * Where process numbers mean the same: one boot of one machine, and one space of numbers in it, since containers have their own.
 * '' where that cannot be known.
 */
export function processSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

function statOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
}
