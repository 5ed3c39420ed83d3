/** The rows of `meanfield bench infer`. */
import { benchInfer } from '../bench/index.ts';
import { parseModelName } from '../models/index.ts';
import { type BenchFlags, byPrecision, runBenchmark } from './bench-run.ts';

export interface InferFlags extends BenchFlags {
  depth: number;
  batchSize: number;
  precision: string[];
}

export async function runInferBenchmark(flags: InferFlags): Promise<void> {
  const { depth, batchSize: batch, steps, warmup, runs } = flags;
  parseModelName(`resnet${depth}`);
  const rows = byPrecision(flags.precision, (bf16) => [
    (threads) => benchInfer({ depth, batch, threads, steps, warmup, bf16 }, runs),
  ]);
  await runBenchmark(flags, rows);
}
