/** Compares the memory estimate of a tangent kernel with the peak that the operating system reports. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

function canResetPeak(): boolean {
  try {
    accessSync('/proc/self/clear_refs', constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

interface Row {
  readonly name: string;
  readonly peak: number;
  readonly bytes: number;
}

const worker = join(import.meta.dirname, 'kernel-memory-worker.mjs');
const measured = (args: readonly string[], env: NodeJS.ProcessEnv): readonly Row[] =>
  JSON.parse(
    execFileSync(process.execPath, ['--expose-gc', worker, ...args], {
      env: { ...process.env, ...env },
    }).toString(),
  ) as readonly Row[];

// Handles of tensors lie in the JavaScript heap until it is collected.
const javaScriptHeap = 4 * 2 ** 20;

function expectWithinQuarter(rows: readonly Row[]): void {
  const off = rows.filter(
    ({ peak, bytes }) => !(bytes > 0.75 * peak - javaScriptHeap && bytes < 1.25 * peak),
  );
  expect(off.map(({ name, peak, bytes }) => `${name}: peak ${peak}, estimate ${bytes}`)).toEqual([]);
}

it.skipIf(!canResetPeak())(
  'the estimate is within a quarter of the measured peak, for every family',
  { timeout: 240_000 },
  () => {
    // Return freed memory to the system at once, so that resident memory is memory in use.
    const rows = measured([], { MEANFIELD_KEEP_MEMORY: '0', MALLOC_MMAP_THRESHOLD_: '65536' });
    expect(rows.length).toBeGreaterThan(10);
    expectWithinQuarter(rows);
  },
);

it.skipIf(!canResetPeak()).each(['bottleneck, small and deep, f32', 'matrix, small and deep'])(
  'the estimate covers memory that malloc keeps: %s',
  (name) => {
    const rows = measured([name], {});
    expect(rows).toHaveLength(1);
    expectWithinQuarter(rows);
  },
);
