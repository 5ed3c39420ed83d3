// How a step of the set-up runs and fails: one line with its seconds; one clear message with what the command said last.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export function say(message) {
  console.error(`setup: ${message}`);
}

export function secondsSince(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

/** The environment is not there: exit code 3. */
export function fail(message) {
  say(message);
  process.exit(3);
}

/** Runs a step and says what it returns. */
export function step(name, body) {
  const started = performance.now();
  const outcome = body();
  say(`${name}: ${outcome} (${secondsSince(started)})`);
}

/** Runs a command to its end: whether it succeeded, what it said last, and why it did not succeed. */
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

/** Runs a command that the set-up cannot do without; its output is shown only if it fails. */
export function run(command, args, advice, options) {
  const { good, last, why } = attempt(command, args, options);
  if (good) return;
  if (last) console.error(last);
  fail(`${why}: ${advice}`);
}
