/** Runs the command line as its user does, and reads what a run left behind. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'meanfield.js');
// Core leases of their own: what else runs on the machine is not the tests' business.
const cores = mkdtempSync(join(tmpdir(), 'meanfield-cores-'));
const environment = { ...process.env, OMP_NUM_THREADS: '1', NO_COLOR: '1', MEANFIELD_CORES_DIR: cores };

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to the end. */
export function meanfield(args: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    encoding: 'utf8',
    env: { ...environment, ...env },
  });
  return { code: status, stdout, stderr };
}

/** Runs to the end, beside others. */
export async function meanfieldBeside(args: readonly string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [bin, ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, stdout: await stdout, stderr: await stderr };
}

/** Starts and returns at once. */
export function startMeanfield(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [bin, ...args], { env: environment, stdio: 'ignore' });
}

/** The lines of metrics.jsonl without what a clock wrote. */
export function metricsWithoutTimes(run: string): unknown[] {
  return readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const record = JSON.parse(line) as Record<string, unknown>;
      delete record.imagesPerSecond;
      delete record.seconds;
      return record;
    });
}

/** The columns of summary.csv that no clock wrote. */
export function summaryWithoutTimes(run: string): string[][] {
  const lines = readFileSync(join(run, 'summary.csv'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const [header = []] = lines;
  const timed = new Set(['seconds', 'images_per_second', 'peak_rss_mb']);
  return lines.map((cells) => cells.filter((_, column) => !timed.has(header[column] ?? '')));
}
