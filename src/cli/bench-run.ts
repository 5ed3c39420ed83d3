/** Runs the rows of a benchmark one after the other, on a machine that should be idle. */
import { availableParallelism, cpus } from 'node:os';
import { type Comparison, loadAverage } from '../bench/index.ts';
import { leaseCores, libraryFacts } from '../native/index.ts';
import { printJson, say, textTable } from './output.ts';
import { packageVersion } from './version.ts';

export interface BenchFlags {
  runs: number;
  steps: number;
  warmup: number;
  threads?: number;
  json?: boolean;
}

export type Row = (threads: number) => Promise<Comparison>;

/** Measures all rows, prints each as it is known, then the table or one JSON object. */
export async function runBenchmark(flags: BenchFlags, rows: readonly Row[]): Promise<void> {
  const lease = leaseCores();
  const load = loadAverage();
  const busy = lease.holders.length > 0 || (load !== undefined && load > 0.5);
  if (busy)
    say(
      `bench: the machine is busy (load ${load ?? '?'}${lease.holders.length ? `, cores held by process ${lease.holders.join(', ')}` : ''}): figures will be marked`,
    );
  const threads = flags.threads ?? availableParallelism();
  const results: Comparison[] = [];
  for (const row of rows) {
    const result = await row(threads);
    say(
      `bench: ${result.name}: ${result.ours.toFixed(1)} ms, PyTorch ${result.peer.toFixed(1)} ms, ratio ${result.ratio.toFixed(3)}`,
    );
    results.push(result);
  }
  lease.release();
  if (flags.json) printJson({ rows: results, busy, machine: machineFacts(threads, load) });
  else process.stdout.write(`${comparisonTable(results)}\n`);
  if (busy) say('the machine was busy: these figures are not comparable; run again when it is idle');
}

function machineFacts(threads: number, load: number | undefined): Record<string, unknown> {
  const { version, blas } = libraryFacts();
  return {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    threads,
    libtorch: version,
    blas,
    node: process.version,
    meanfield: packageVersion(),
    load,
  };
}

function comparisonTable(rows: readonly Comparison[]): string {
  return textTable(
    ['benchmark', 'ours ms', 'PyTorch ms', 'ratio', 'pairs', 'ours MB', 'PyTorch MB'],
    rows.map((row) => [
      row.name,
      row.ours.toFixed(1),
      row.peer.toFixed(1),
      row.ratio.toFixed(3),
      `${row.ratioRange[0].toFixed(2)}-${row.ratioRange[1].toFixed(2)}`,
      row.growthMb.ours.toFixed(0),
      row.growthMb.peer.toFixed(0),
    ]),
  );
}
