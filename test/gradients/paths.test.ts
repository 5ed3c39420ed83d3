/** Training gives the same result on every code path that a CPU may take. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from '../../src/reference/index.ts';

interface Outcome {
  readonly losses: number[];
  readonly parameters: number[];
  readonly buffers: number[];
}
type Found = Readonly<Record<string, Outcome>>;

function train(env: Readonly<Record<string, string>>): Found {
  const worker = join(import.meta.dirname, 'paths-worker.mjs');
  return JSON.parse(
    execFileSync(process.execPath, [worker], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      env: { ...process.env, OMP_NUM_THREADS: '1', ...env },
    }),
  ) as Found;
}

let expected: Found;
beforeAll(() => {
  expected = train({ MEANFIELD_FUSED: '0' });
});

describe.each([
  ['this CPU', {}],
  ['AVX2', { MEANFIELD_CPU: 'avx2' }],
  ['any CPU', { MEANFIELD_CPU: 'any' }],
])('five steps with the kernels of %s', (_, env) => {
  it('give the result of libtorch alone', () => {
    const found = train(env);
    expect(Object.keys(found)).toHaveLength(4);
    for (const [net, outcome] of Object.entries(expected))
      for (const part of ['losses', 'parameters', 'buffers'] as const)
        expect(relativeError(found[net]![part], outcome[part]), `${net} ${part}`).toBeLessThan(1e-9);
  });
});
