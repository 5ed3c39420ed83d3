// How a step of the set-up runs and fails: one clear message, with what the command said last.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export function fail(message) {
  console.error(`setup: ${message}`);
  process.exit(3);
}

/** Runs a step; what it returns is said with its seconds, unless it took no time. */
export function step(name, body) {
  const started = performance.now();
  const outcome = body();
  const seconds = (performance.now() - started) / 1000;
  if (seconds > 0.3) console.error(`setup: ${name}${outcome ? ` ${outcome}` : ''} (${seconds.toFixed(1)} s)`);
}

/** Runs a command to its end; its output is shown only if it fails. */
export function run(command, args, advice, stdio = 'pipe', env = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', stdio, stdio],
    maxBuffer: 1 << 28,
    env: { ...process.env, ...env },
  });
  if (result.status === 0) return result.stdout ?? '';
  const said = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(-15).join('\n');
  if (said) console.error(said);
  const why = result.error ? result.error.message : `exit code ${result.status ?? result.signal}`;
  return fail(`\`${command} ${args.join(' ')}\` failed (${why}): ${advice}`);
}
