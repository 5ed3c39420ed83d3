/** Worker processes for training: how they are started, and how their end and their errors are reported. */
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ExitCode, exitCodes, MeanfieldError } from '../../errors.ts';
import { forkWorker } from '../../worker-process.ts';

/** @param script - in this folder, such as `cell-worker.js` */
export function startWorker(script: string, threads: number): ChildProcess {
  return forkWorker(fileURLToPath(new URL(script, import.meta.url)), threads);
}

export interface Failure {
  /** One line. */
  readonly message: string;
  readonly exitCode: ExitCode;
}

export function failureOf(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  const exitCode = error instanceof MeanfieldError ? error.exitCode : exitCodes.failed;
  return { message: text.split('\n')[0] ?? '', exitCode };
}

/** For a process that ended without a report. */
export function failureOfEnd(code: number | null, signal: string | null): Failure {
  const how = signal ? `by ${signal}` : `with exit code ${code ?? '?'}`;
  return { message: `its process ended ${how}`, exitCode: exitCodes.failed };
}
