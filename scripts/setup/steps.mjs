// Runs a set-up step: one line with its duration, or one clear message with the end of the command's output.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Whether this is a checkout, and not a package that npm installed; src/program.ts asks the same. */
export const isCheckout = () => existsSync(join(root, 'tsconfig.build.json'));

export function say(message) {
  console.error(`setup: ${message}`);
}

export function secondsSince(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

/** Reports a missing environment and exits with code 3. */
export function fail(message) {
  say(message);
  process.exit(3);
}

/** Runs a step and prints the summary it returns. */
export function step(name, body) {
  const started = performance.now();
  const outcome = body();
  say(`${name}: ${outcome} (${secondsSince(started)})`);
}

/** Runs a command: returns whether it succeeded, its last output, and the reason of a failure. */
export function attempt(command, args, { stdio = 'pipe', env = {} } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', stdio, stdio],
    maxBuffer: 1 << 28,
    env: { ...process.env, ...env },
  });
  const said = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim();
  const ending = result.signal ?? `exit code ${result.status}`;
  return {
    good: result.status === 0,
    last: said.split('\n').slice(-15).join('\n'),
    why: `\`${[command, ...args].join(' ')}\` failed (${result.error ? result.error.message : ending})`,
  };
}

/** Runs a required command; shows its output only if it fails. */
export function run(command, args, advice, options) {
  const { good, last, why } = attempt(command, args, options);
  if (good) return;
  if (last) console.error(last);
  fail(`${why}: ${advice}`);
}
