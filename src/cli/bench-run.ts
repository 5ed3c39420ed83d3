/** Runs the rows of a benchmark one after the other, on a machine that should be idle. */
import { availableParallelism, cpus } from 'node:os';
import { busyCores, type Ceiling, commit, type Comparison, measureCeiling } from '../bench/index.ts';
import { libraryFacts } from '../native/index.ts';
import { leaseCores } from '../processes/index.ts';
import { print, printJson, say } from './output.ts';
import { textTable } from './text-table.ts';
import { packageVersion } from './version.ts';

export interface BenchFlags {
  runs: number;
  steps: number;
  warmup: number;
  threads?: number;
  json?: boolean;
}

export type Row = (threads: number) => Promise<Comparison>;

/** The rows for each precision that this CPU supports. */
export function byPrecision(names: readonly string[], rowsOf: (bf16: boolean) => readonly Row[]): Row[] {
  return names.flatMap((name) => {
    const bf16 = name === 'bf16';
    if (!bf16 || libraryFacts().bf16) return rowsOf(bf16);
    say('bench: skipping bf16: this CPU has no bf16 instructions');
    return [];
  });
}

/** Number of cores in use by others above which figures are marked. */
const quiet = 0.2;

/** Runs `measure` with all cores leased; warns before and after if others use them. */
export async function onQuietMachine<T>(
  flags: Pick<BenchFlags, 'threads'>,
  measure: (threads: number) => Promise<T>,
): Promise<{ results: T; busy: boolean; threads: number }> {
  const lease = leaseCores();
  try {
    const used = await busyCores(cpus().length);
    const busy = lease.holders.length > 0 || (used !== undefined && used > quiet);
    if (busy)
      say(
        `bench: the machine is busy (${used?.toFixed(1) ?? '?'} cores in use${lease.holders.length ? `, cores held by process ${lease.holders.join(', ')}` : ''}): results will be marked`,
      );
    const threads = flags.threads ?? availableParallelism();
    const results = await measure(threads);
    if (busy) say('the machine was busy, so these results are not comparable; run again on an idle machine');
    return { results, busy, threads };
  } finally {
    lease.release();
  }
}

/** Measures all rows, and reports each as it finishes. */
async function measureRows(rows: readonly Row[], threads: number): Promise<Comparison[]> {
  const results: Comparison[] = [];
  for (const row of rows) {
    const result = await row(threads);
    say(
      `bench: ${result.name}: ${result.ours.toFixed(1)} ms, PyTorch ${result.peer.toFixed(1)} ms, ratio ${result.ratio.toFixed(3)}`,
    );
    results.push(result);
  }
  return results;
}

/** Measures all rows, then prints the table or one JSON object. */
export async function runBenchmark(
  flags: BenchFlags,
  rows: readonly Row[],
  table: (rows: readonly Comparison[], ceiling: Ceiling) => string = timeTable,
): Promise<void> {
  const { results, busy, threads } = await onQuietMachine(flags, async (threads) => ({
    ceiling: await measureCeiling(threads),
    rows: await measureRows(rows, threads),
  }));
  const { gemm, copy } = results.ceiling;
  if (flags.json) {
    printJson({ rows: results.rows, busy, ceiling: results.ceiling, machine: machineFacts(threads) });
    return;
  }
  print(table(results.rows, results.ceiling));
  say(
    `ceilings: GEMM ${(['f64', 'f32', 'bf16'] as const).flatMap((type) => (gemm[type] === undefined ? [] : [`${type} ${gemm[type].toFixed(0)}`])).join(', ')} GFLOP/s, copy ${copy.toFixed(0)} GB/s`,
  );
}

export function machineFacts(threads: number): Record<string, unknown> {
  const { version, blas } = libraryFacts();
  return {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    threads,
    libtorch: version,
    blas,
    node: process.version,
    meanfield: packageVersion(),
    commit: commit(),
  };
}

/** Arithmetic rate relative to that of a large matrix product. */
function shareOfCeiling({ work, ours }: Comparison, gemm: Ceiling['gemm']): string {
  const peak = work && gemm[work.precision];
  return work && peak !== undefined ? (work.gflop / (ours / 1000) / peak).toFixed(2) : '';
}

function timeTable(rows: readonly Comparison[], { gemm }: Ceiling): string {
  return textTable(
    ['benchmark', 'ours ms', 'PyTorch ms', 'ratio', 'pairs', 'of GEMM', 'ours MB', 'PyTorch MB'],
    rows.map((row) => [
      row.name,
      row.ours.toFixed(1),
      row.peer.toFixed(1),
      row.ratio.toFixed(3),
      `${row.ratioRange[0].toFixed(2)}-${row.ratioRange[1].toFixed(2)}`,
      shareOfCeiling(row, gemm),
      row.growthMb.ours.toFixed(0),
      row.growthMb.peer.toFixed(0),
    ]),
  );
}

/** Peak resident memory above that of the model or the inputs just built. */
export function memoryTable(rows: readonly Comparison[]): string {
  return textTable(
    ['memory growth', 'ours MB', 'PyTorch MB', 'ratio'],
    rows.map(({ name, growthMb }) => [
      name,
      growthMb.ours.toFixed(0),
      growthMb.peer.toFixed(0),
      (growthMb.ours / growthMb.peer).toFixed(3),
    ]),
  );
}
