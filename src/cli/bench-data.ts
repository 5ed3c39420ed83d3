/** The rows of `meanfield bench data` and `bench epoch`. */
import { benchData, benchEpoch } from '../bench/index.ts';
import { checkOneOf } from '../check.ts';
import { loadImages } from '../data/index.ts';
import { schemes } from '../mean-field/index.ts';
import { parseModelName } from '../models/index.ts';
import { type BenchFlags, byPrecision, runBenchmark } from './bench-run.ts';

export interface DataFlags extends BenchFlags {
  dataDir: string;
  batchSize: number;
}

export interface EpochFlags extends DataFlags {
  depth: number;
  scheme: string[];
  precision: string[];
  limitTrainBatches: number;
}

export async function runDataBenchmark(flags: DataFlags): Promise<void> {
  const { dataDir: data, batchSize: batch, steps, warmup, runs } = flags;
  await loadImages('cifar10', { dataDir: data });
  await runBenchmark(flags, [(threads) => benchData({ data, batch, threads, steps, warmup }, runs)]);
}

export async function runEpochBenchmark(flags: EpochFlags): Promise<void> {
  const { dataDir: data, depth, batchSize: batch, runs, limitTrainBatches: limit } = flags;
  const known = flags.scheme.map((name) => checkOneOf('--scheme', name, schemes));
  parseModelName(`resnet${depth}`);
  await loadImages('cifar10', { dataDir: data });
  const rows = byPrecision(flags.precision, (bf16) =>
    known.map(
      (scheme) => (threads) => benchEpoch({ data, depth, batch, threads, scheme, bf16, limit }, runs),
    ),
  );
  await runBenchmark(flags, rows);
}
