/** Training leaks nothing: the tensors of a step are freed before the next. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface MemoryReport {
  readonly live: readonly number[];
  readonly rss: readonly number[];
}

it(
  'a thousand steps keep the live-tensor count constant, and the last step uses at most 5 % more memory than steps 400 to 600',
  { timeout: 300_000 },
  () => {
    const worker = join(import.meta.dirname, 'memory-worker.mjs');
    const { live, rss } = JSON.parse(
      execFileSync(process.execPath, [worker], {
        encoding: 'utf8',
        env: { ...process.env, OMP_NUM_THREADS: '1' },
      }),
    ) as MemoryReport;
    expect(live).toHaveLength(1000);
    expect(new Set(live).size).toBe(1);
    // V8 grows its heap for some hundred steps.
    expect(rss.at(-1)).toBeLessThanOrEqual(1.05 * Math.max(...rss.slice(399, 600)));
  },
);
