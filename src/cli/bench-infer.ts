/** The rows of `meanfield bench infer`. */
import { benchInfer } from '../bench/index.ts';
import { libraryFacts } from '../native/index.ts';
import { type BenchFlags, type Row, runBenchmark } from './bench-run.ts';
import { say } from './output.ts';

export interface InferFlags extends BenchFlags {
  depth: number;
  batchSize: number;
  precision: string[];
}

export async function runInferBenchmark(flags: InferFlags): Promise<void> {
  const { depth, batchSize: batch, steps, warmup, runs } = flags;
  const rows = flags.precision.flatMap((precision): Row[] => {
    const bf16 = precision === 'bf16';
    if (bf16 && !libraryFacts().bf16) {
      say('bench: bf16 left out: this CPU has no bf16 instructions');
      return [];
    }
    return [(threads) => benchInfer({ depth, batch, threads, steps, warmup, bf16 }, runs)];
  });
  await runBenchmark(flags, rows);
}
