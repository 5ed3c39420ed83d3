/** Starts a command that outlives the Studio and waits until its start succeeds or fails. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from './api-error.ts';

/**
 * How long to wait for the run folder: it is created after the data is read and checked, including whole folders of
 * images. In ms.
 */
const patience = 10 * 60_000;
const interval = 150;

interface Launched<T> {
  readonly pid: number;
  /** Undefined if there was no sign within the time limit; the command keeps running. */
  readonly found: T | undefined;
}

/**
 * Runs a program with arguments, without a shell, in its own session: closing the Studio or its terminal does not end
 * it. Its output goes to an unlinked file.
 *
 * @param look - looks for the sign that it started well
 * @throws ApiError with the last output line if it exits before that
 */
export async function launch<T>(
  [program, ...args]: readonly [string, ...string[]],
  look: (pid: number) => Promise<T | undefined>,
): Promise<Launched<T>> {
  const folder = mkdtempSync(join(tmpdir(), 'meanfield-studio-'));
  const log = join(folder, 'stderr');
  const descriptor = openSync(log, 'a');
  let child: ChildProcess;
  try {
    child = spawn(program, args, { detached: true, stdio: ['ignore', 'ignore', descriptor] });
    const end = endOf(child);
    const { pid } = child;
    if (pid === undefined) throw new ApiError(500, `cannot start ${program}:  ${(await end).message}`);
    child.unref();
    const until = performance.now() + patience;
    while (performance.now() < until) {
      const ended = await Promise.race([end, sleep(interval, undefined, { ref: false })]);
      const found = await look(pid);
      if (found !== undefined) return { pid, found };
      if (ended) throw new ApiError(422, lastLine(log) ?? ended.message);
    }
    return { pid, found: undefined };
  } finally {
    closeSync(descriptor);
    rmSync(folder, { recursive: true, force: true });
  }
}

function endOf(child: ChildProcess): Promise<{ message: string }> {
  return new Promise((resolve) => {
    child.on('error', ({ message }) => {
      resolve({ message });
    });
    child.on('exit', (code, signal) => {
      resolve({
        message: `it ${signal ? `was killed by ${signal}` : `exited with code ${code ?? '?'}`} and printed nothing`,
      });
    });
  });
}

function lastLine(file: string): string | undefined {
  const lines = readFileSync(file, 'utf8').split('\n');
  const line = lines.findLast((one) => one.trim() !== '' && !one.startsWith('(--help'));
  return line?.replace(/^meanfield: /, '').slice(0, 1000);
}
