/** Describes the machine on which figures were measured. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { packageRoot } from '../native/index.ts';

/** CPU ticks since boot, busy and total. */
function ticks(): { busy: number; all: number } | undefined {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, steal = 0] = line
      .trim()
      .split(/\s+/)
      .slice(1)
      .map(Number);
    const busy = user + nice + system + irq + soft + steal;
    return { busy, all: busy + idle + wait };
  } catch {
    return undefined;
  }
}

/** Cores in use by others, measured over half a second; undefined if the system does not report it. */
export async function busyCores(cores: number): Promise<number | undefined> {
  const before = ticks();
  await pause(500);
  const after = ticks();
  if (!before || !after || after.all === before.all) return undefined;
  return (cores * (after.busy - before.busy)) / (after.all - before.all);
}

/** Commit of the source tree, with the suffix `-dirty` if it was changed; undefined outside a repository. */
export function commit(): string | undefined {
  try {
    return execFileSync('git', ['-C', packageRoot, 'describe', '--always', '--dirty', '--abbrev=12'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
