/** Runs the rows of `meanfield bench step`. */
import { availableParallelism, cpus } from 'node:os';
import { benchStep, type Comparison, loadAverage } from '../bench/index.ts';
import { checkOneOf } from '../check.ts';
import { schemes } from '../mean-field/index.ts';
import { leaseCores, libraryFacts } from '../native/index.ts';
import { say } from './output.ts';
import { packageVersion } from './version.ts';

export interface StepFlags {
  depth: number;
  batchSize: number;
  runs: number;
  steps: number;
  warmup: number;
  scheme: string[];
  reorder: boolean;
  precision: string[];
  threads?: number;
  json?: boolean;
}

export interface BenchOutcome {
  readonly rows: readonly Comparison[];
  /** Other work was on the machine: the figures are not to be quoted. */
  readonly busy: boolean;
  readonly machine: Record<string, unknown>;
}

export async function runStepBenchmark(flags: StepFlags): Promise<BenchOutcome> {
  const lease = leaseCores();
  const load = loadAverage();
  const busy = lease.holders.length > 0 || (load !== undefined && load > 0.5);
  if (busy)
    say(
      `bench: the machine is busy (load ${load ?? '?'}${lease.holders.length ? `, cores held by process ${lease.holders.join(', ')}` : ''}): figures will be marked`,
    );
  const threads = flags.threads ?? availableParallelism();
  const facts = libraryFacts();
  const rows: Comparison[] = [];
  for (const precision of flags.precision)
    for (const name of flags.scheme) {
      if (precision === 'bf16' && !facts.bf16) {
        say(`bench: ${name} bf16 left out: this CPU has no bf16 instructions`);
        continue;
      }
      const scheme = checkOneOf('scheme', name, schemes);
      const { depth, batchSize: batch, steps, warmup } = flags;
      const reorder = flags.reorder || scheme !== 'mean-field';
      const row = await benchStep(
        { depth, batch, threads, steps, warmup, scheme, reorder, bf16: precision === 'bf16' },
        flags.runs,
      );
      say(
        `bench: ${row.name}: ${row.ours.toFixed(1)} ms, PyTorch ${row.peer.toFixed(1)} ms, ratio ${row.ratio.toFixed(3)}`,
      );
      rows.push(row);
    }
  lease.release();
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    threads,
    libtorch: facts.version,
    blas: facts.blas,
    node: process.version,
    meanfield: packageVersion(),
    load,
  };
  return { rows, busy, machine };
}
