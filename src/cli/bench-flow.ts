/** The rows of `meanfield bench flow`. */
import { benchFlow } from '../bench/index.ts';
import { type BenchFlags, runBenchmark } from './bench-run.ts';

export interface FlowFlags extends BenchFlags {
  samples: number;
  particles: number;
  features: number;
  slices: number;
  precision: ('f32' | 'f64')[];
}

export async function runFlowBenchmark(flags: FlowFlags): Promise<void> {
  const { samples, particles, features, slices, steps, warmup, runs } = flags;
  await runBenchmark(
    flags,
    flags.precision.map(
      (dtype) => (threads) =>
        benchFlow({ samples, particles, features, slices, threads, steps, warmup, dtype }, runs),
    ),
  );
}
