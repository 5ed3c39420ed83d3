// Commands that only root may run.
import { spawnSync } from 'node:child_process';

const isRoot = process.getuid?.() === 0;

/** The command line as root runs it, or through sudo without a password; undefined where neither works. */
export function asRoot(line) {
  if (isRoot) return line;
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0
    ? ['sudo', '-n', ...line]
    : undefined;
}

/** The command line as a person types it. */
export function shellLine(line) {
  return (isRoot ? line : ['sudo', ...line]).join(' ');
}
