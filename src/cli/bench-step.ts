/** The rows of `meanfield bench step`. */
import { benchStep } from '../bench/index.ts';
import { checkOneOf } from '../check.ts';
import { schemes } from '../mean-field/index.ts';
import { parseModelName } from '../models/index.ts';
import { type BenchFlags, byPrecision, runBenchmark } from './bench-run.ts';

export interface StepFlags extends BenchFlags {
  depth: number;
  batchSize: number;
  scheme: string[];
  reorder: boolean;
  precision: string[];
}

export async function runStepBenchmark(flags: StepFlags): Promise<void> {
  const { depth, batchSize: batch, steps, warmup, runs } = flags;
  const known = flags.scheme.map((name) => checkOneOf('--scheme', name, schemes));
  parseModelName(`resnet${depth}`);
  const rows = byPrecision(flags.precision, (bf16) =>
    known.map((scheme) => (threads) => {
      const reorder = flags.reorder || scheme !== 'mean-field';
      return benchStep({ depth, batch, threads, steps, warmup, scheme, reorder, bf16 }, runs);
    }),
  );
  await runBenchmark(flags, rows);
}
