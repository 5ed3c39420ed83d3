import { defineConfig } from 'vitest/config';

// One worker a core and one thread a worker: oversubscribed oneDNN barriers spin and cost up to 40 times.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    env: { OMP_NUM_THREADS: '1' },
    // Guards against a hang; on a slow machine with two workers some tests take a minute.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
