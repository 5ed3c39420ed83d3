/** The rows of `meanfield bench flow`. */
import { benchFlow } from '../bench/index.ts';
import { type BenchFlags, runBenchmark } from './bench-run.ts';

interface Sizes {
  readonly samples: number;
  readonly particles: number;
  readonly features: number;
  readonly slices: number;
}

export interface FlowFlags extends BenchFlags, Partial<Sizes> {
  precision: ('f32' | 'f64')[];
}

const defaultSizes: Sizes = { samples: 1000, particles: 1000, features: 16, slices: 50 };
/** The width of claims, the default one, and one with many features. */
const three: readonly Sizes[] = [
  { samples: 200, particles: 100, features: 4, slices: 40 },
  defaultSizes,
  { samples: 2000, particles: 500, features: 64, slices: 20 },
];

export async function runFlowBenchmark(flags: FlowFlags): Promise<void> {
  const { samples, particles, features, slices, steps, warmup, runs } = flags;
  const given = Object.entries({ samples, particles, features, slices }).filter(
    ([, size]) => size !== undefined,
  );
  const problems = given.length > 0 ? [{ ...defaultSizes, ...Object.fromEntries(given) }] : three;
  await runBenchmark(
    flags,
    problems.flatMap((sizes) =>
      flags.precision.map(
        (dtype) => (threads: number) => benchFlow({ ...sizes, threads, steps, warmup, dtype }, runs),
      ),
    ),
  );
}
