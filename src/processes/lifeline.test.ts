import { expect, it } from 'vitest';
import { workerEnvironment, workerFlags } from './lifeline.ts';

it.each<[string[], string[]]>([
  [['--input-type=module', '-e', 'sweep()'], []],
  [['--input-type', 'module', '--eval', 'sweep()'], []],
  [['--enable-source-maps', '-p', '1 + 1'], ['--enable-source-maps']],
  [['--eval=sweep()', '--max-old-space-size=4096'], ['--max-old-space-size=4096']],
  [
    ['--import', './hooks.mjs', '--no-warnings'],
    ['--import', './hooks.mjs', '--no-warnings'],
  ],
])('from the Node flags %j, a worker inherits %j', (flags, expected) => {
  expect(workerFlags(flags)).toEqual(expected);
});

it('a worker computes with the given number of threads, whichever BLAS libtorch uses', () => {
  expect(workerEnvironment({ threads: 3 })).toMatchObject({
    OMP_NUM_THREADS: '3',
    OPENBLAS_NUM_THREADS: '3',
    MKL_NUM_THREADS: '3',
  });
});
