/** The machine's ceilings, measured in the same run: a large matrix product and a memory copy. */
import { runWorker } from './alternate.ts';
import { ourWorker } from './programs.ts';
import type { Precision } from './work.ts';

export interface Ceiling {
  /** GFLOP/s of a 2048^3 matrix product (1024^3 on slow CPUs) in each precision that the CPU supports. */
  readonly gemm: Readonly<Partial<Record<Precision, number>>>;
  /** GB/s of a copy of 256 MB, counting reads and writes. */
  readonly copy: number;
}

export async function measureCeiling(threads: number): Promise<Ceiling> {
  return runWorker<Ceiling>(ourWorker('ceiling-worker', { threads }));
}
