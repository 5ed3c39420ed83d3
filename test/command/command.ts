/** Runs the command line as a user does, and reads the files of a run. */
import { type ChildProcess, spawn, spawnSync, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** The script that runs the command line. */
export const bin = join(import.meta.dirname, '..', '..', 'bin', 'meanfield.js');
// Separate core leases: other programs on the machine must not affect the tests.
const cores = mkdtempSync(join(tmpdir(), 'meanfield-cores-'));
/** Without the shell's last command: under `nohup npm test` SIGHUP would be ignored. */
export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  _: undefined,
  OMP_NUM_THREADS: '1',
  NO_COLOR: '1',
  MEANFIELD_CORES_DIR: cores,
};

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to the end. */
export function meanfield(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...environment, ...env },
  });
  return { code: status, stdout, stderr };
}

export interface TerminalOutcome extends Outcome {
  /** Output to the terminal; stdout and stderr hold only redirected output. */
  readonly terminal: string;
  /** Length of the terminal's text when it was resized. */
  readonly resizedAt: number;
}

export interface TerminalOptions {
  readonly columns: number;
  /** Default: both. */
  readonly streams?: readonly ('stdout' | 'stderr')[];
  /** Resizes the terminal once it has shown a text. */
  readonly resize?: { readonly after: string; readonly columns: number };
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs to the end on a pseudo-terminal, in colour. */
export function meanfieldInTerminal(
  args: readonly string[],
  { env = {}, ...options }: TerminalOptions,
): TerminalOutcome {
  const streams = options.streams ?? ['stdout', 'stderr'];
  const { status, stdout, stderr } = spawnSync(
    'python3',
    [
      join(import.meta.dirname, 'terminal.py'),
      JSON.stringify({ ...options, streams }),
      process.execPath,
      bin,
      ...args,
    ],
    { encoding: 'utf8', env: { ...environment, NO_COLOR: undefined, TERM: 'xterm-256color', ...env } },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as TerminalOutcome;
}

/** Runs to the end, concurrently with others. */
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
export function startMeanfield(args: readonly string[], stdio: StdioOptions = 'ignore'): ChildProcess {
  return spawn(process.execPath, [bin, ...args], { env: environment, stdio });
}

/** The lines of metrics.jsonl without clock values. */
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

/** The columns of summary.csv without clock values. */
export function summaryWithoutTimes(run: string): string[][] {
  const lines = readFileSync(join(run, 'summary.csv'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const [header = []] = lines;
  const timed = new Set(['seconds', 'images_per_second', 'peak_rss_mb']);
  return lines.map((cells) => cells.filter((_, column) => !timed.has(header[column] ?? '')));
}
