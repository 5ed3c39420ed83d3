// Runs commands that need root.
import { spawnSync } from 'node:child_process';

const isRoot = process.getuid?.() === 0;

/** The command line as root, or through sudo without a password; undefined if neither works. */
export function asRoot(line) {
  if (isRoot) return line;
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0
    ? ['sudo', '-n', ...line]
    : undefined;
}

/** The command line as typed in a shell. */
export function shellLine(line) {
  return (isRoot ? line : ['sudo', ...line]).join(' ');
}
