/** The rows of `meanfield bench step`. */
import { benchStep } from '../bench/index.ts';
import { checkOneOf } from '../check.ts';
import { schemes } from '../mean-field/index.ts';
import { libraryFacts } from '../native/index.ts';
import { type BenchFlags, type Row, runBenchmark } from './bench-run.ts';
import { say } from './output.ts';

export interface StepFlags extends BenchFlags {
  depth: number;
  batchSize: number;
  scheme: string[];
  reorder: boolean;
  precision: string[];
}

export async function runStepBenchmark(flags: StepFlags): Promise<void> {
  const { depth, batchSize: batch, steps, warmup, runs } = flags;
  const known = flags.scheme.map((name) => checkOneOf('scheme', name, schemes));
  const rows = flags.precision.flatMap((precision): Row[] => {
    if (precision === 'bf16' && !libraryFacts().bf16) {
      say('bench: bf16 left out: this CPU has no bf16 instructions');
      return [];
    }
    return known.map((scheme) => (threads) => {
      const reorder = flags.reorder || scheme !== 'mean-field';
      return benchStep(
        { depth, batch, threads, steps, warmup, scheme, reorder, bf16: precision === 'bf16' },
        runs,
      );
    });
  });
  await runBenchmark(flags, rows);
}
