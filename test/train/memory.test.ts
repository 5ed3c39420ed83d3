/** Training leaks nothing: the tensors of a step are freed before the next. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface MemoryReport {
  readonly live: readonly number[];
  readonly rss: readonly number[];
}

it(
  'a thousand steps keep the live-tensor count constant, and memory within 5 % of its early maximum',
  { timeout: 300_000 },
  () => {
    const worker = join(import.meta.dirname, 'memory-worker.mjs');
    const { live, rss } = JSON.parse(
      // V8 otherwise doubles its young generation at some step.
      execFileSync(process.execPath, ['--max-semi-space-size=2', worker], {
        encoding: 'utf8',
        env: { ...process.env, OMP_NUM_THREADS: '1' },
      }),
    ) as MemoryReport;
    expect(live).toHaveLength(1000);
    expect(new Set(live).size).toBe(1);
    const early = Math.max(...rss.slice(199, 400));
    expect(rss.at(-1)).toBeLessThanOrEqual(1.05 * early);
  },
);
