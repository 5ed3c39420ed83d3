/** Python peers that exchange numbers as JSON: both sides write the shortest text that reads back as the same f64. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { python } from './pytorch.ts';

export { python };

/** The version of a Python module; undefined if it cannot be imported. */
export function versionOf(module: string): string | undefined {
  const code = `import ${module}; print(${module}.__version__)`;
  const { status, stdout } = spawnSync(python, ['-c', code], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n').at(-1) : undefined;
}

/** Runs a script of this folder and returns its answer from standard output. */
export function ask(script: string, question: unknown): unknown {
  const answer = execFileSync(python, [join(import.meta.dirname, script)], {
    input: JSON.stringify(question),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return JSON.parse(answer) as unknown;
}
