/** The rows of `meanfield bench memory`. */
import { benchFlow, benchInfer, benchStep } from '../bench/index.ts';
import { libraryFacts } from '../native/index.ts';
import { type BenchFlags, memoryTable, type Row, runBenchmark } from './bench-run.ts';

export async function runMemoryBenchmark(flags: BenchFlags): Promise<void> {
  const { steps, warmup, runs } = flags;
  const common = { depth: 20, steps, warmup };
  const rows = (libraryFacts().bf16 ? [false, true] : [false]).flatMap((bf16): Row[] => [
    (threads) =>
      benchStep({ ...common, batch: 128, threads, scheme: 'mean-field', reorder: true, bf16 }, runs),
    (threads) => benchInfer({ ...common, batch: 500, threads, bf16 }, runs),
  ]);
  const sizes = { samples: 1000, particles: 1000, features: 16, slices: 50 };
  rows.push((threads) => benchFlow({ ...sizes, threads, steps, warmup, dtype: 'f64' }, runs));
  await runBenchmark(flags, rows, memoryTable);
}
