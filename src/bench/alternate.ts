/** Fair timing: two programs in alternating fresh processes, medians and their ratio. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { MeanfieldError } from '../errors.ts';

const execute = promisify(execFile);

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/** What a worker prints: the milliseconds of each repetition and other figures. */
export interface WorkerResult {
  readonly ms: readonly number[];
  readonly growthMb: number;
}

export interface Comparison {
  readonly name: string;
  /** Medians over processes of the median repetition, in milliseconds. */
  readonly ours: number;
  readonly peer: number;
  /** Ours over the peer's. */
  readonly ratio: number;
  /** Smallest and largest ratio of a pair of neighbouring processes. */
  readonly ratioRange: readonly [number, number];
  readonly ourRange: readonly [number, number];
  readonly peerRange: readonly [number, number];
  readonly growthMb: { readonly ours: number; readonly peer: number };
  readonly processes: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[sorted.length % 2 ? middle : middle - 1],
    sorted[middle],
  ];
  return (low + high) / 2;
}

const range = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];

async function run({ command, args }: Program): Promise<WorkerResult> {
  try {
    const { stdout } = await execute(command, args, { maxBuffer: 1 << 26 });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as WorkerResult;
  } catch (cause) {
    const text = cause instanceof Error ? cause.message.trim().split('\n').at(-1) : String(cause);
    throw new MeanfieldError(`a benchmark process failed: ${command}: ${text ?? ''}`, { cause });
  }
}

/** Runs the two programs `processes` times each, in turn. */
export async function alternate(
  name: string,
  ours: Program,
  peer: Program,
  processes: number,
): Promise<Comparison> {
  const results: { ours: WorkerResult[]; peer: WorkerResult[] } = { ours: [], peer: [] };
  for (let i = 0; i < processes; i++) {
    results.ours.push(await run(ours));
    results.peer.push(await run(peer));
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
  };
}

/** The load of the machine over the last minute, or undefined where the system does not tell. */
export function loadAverage(): number | undefined {
  try {
    return Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);
  } catch {
    return undefined;
  }
}
