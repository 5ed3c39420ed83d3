/** Compares two programs fairly: alternating fresh processes, medians and their ratio. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MeanfieldError } from '../errors.ts';
import { median } from '../stats/index.ts';
import { workerEnvironment } from '../processes/index.ts';
import type { Program } from './programs.ts';
import type { Work } from './work.ts';

const execute = promisify(execFile);

/** A worker's output: milliseconds of each repetition and other figures. */
export interface WorkerResult {
  readonly ms: readonly number[];
  readonly growthMb: number;
}

export interface Comparison {
  readonly name: string;
  /** Medians over processes of the median repetition, in milliseconds. */
  readonly ours: number;
  readonly peer: number;
  /** Our time over the peer's. */
  readonly ratio: number;
  /** Smallest and largest ratio of a pair of consecutive processes. */
  readonly ratioRange: readonly [number, number];
  readonly ourRange: readonly [number, number];
  readonly peerRange: readonly [number, number];
  readonly growthMb: { readonly ours: number; readonly peer: number };
  readonly processes: number;
  readonly work?: Work | undefined;
}

const range = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];

/** Runs a program and returns the object it prints last. @throws MeanfieldError if it fails */
export async function runWorker<T>({ command, args, threads }: Program): Promise<T> {
  try {
    const { stdout } = await execute(command, args, {
      maxBuffer: 1 << 26,
      env: workerEnvironment({ threads }),
    });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
  } catch (cause) {
    const lines = (cause instanceof Error ? cause.message : String(cause)).trim().split('\n');
    // Node's error reports end with its version.
    const text = lines.find((line) => /^\w*Error: /.test(line)) ?? lines.at(-1);
    throw new MeanfieldError(`a benchmark process failed: ${command}: ${text ?? ''}`, { cause });
  }
}

/** Runs the two programs `processes` times each, alternating. */
export async function alternate(
  name: string,
  ours: Program,
  peer: Program,
  processes: number,
  work?: Work,
): Promise<Comparison> {
  const results: { ours: WorkerResult[]; peer: WorkerResult[] } = { ours: [], peer: [] };
  for (let i = 0; i < processes; i++) {
    results.ours.push(await runWorker<WorkerResult>(ours));
    results.peer.push(await runWorker<WorkerResult>(peer));
  }
  const [a, b] = [results.ours.map(({ ms }) => median(ms)), results.peer.map(({ ms }) => median(ms))];
  return {
    name,
    ours: median(a),
    peer: median(b),
    ratio: median(a) / median(b),
    ratioRange: range(a.map((value, i) => value / (b[i] ?? Number.NaN))),
    ourRange: range(a),
    peerRange: range(b),
    growthMb: {
      ours: median(results.ours.map((one) => one.growthMb)),
      peer: median(results.peer.map((one) => one.growthMb)),
    },
    processes,
    work,
  };
}
