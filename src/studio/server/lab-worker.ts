/** A worker process for the lab (src/studio/engine/worker.ts); it handles one request at a time. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { workerEnvironment } from '../../processes/index.ts';
import { lineReader } from './line-reader.ts';

/** A worker's message other than a part of the answer. */
interface Message {
  readonly ready?: true;
  readonly id?: number | null;
  readonly done?: true;
  readonly error?: string;
}

interface Job {
  readonly id: number;
  /** Called with each line of the answer, including the last. */
  readonly onLine: (line: string) => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A longer line is part of a picture, not the final message. */
const maxFinalLength = 4096;
const keptErrors = 4096;

export class LabWorker {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ready: Promise<void>;
  #isReady: () => void = () => undefined;
  #job: Job | undefined;
  #ids = 0;
  #said = '';
  #ended = false;

  constructor([program, ...args]: readonly [string, ...string[]]) {
    this.#child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      // One thread: two workers and a training run share the machine.
      env: workerEnvironment({ threads: 1, lifeline: 3 }),
    });
    this.#ready = new Promise((resolve) => {
      this.#isReady = resolve;
    });
    this.#child.stdout.setEncoding('utf8').on(
      'data',
      lineReader((line) => {
        this.#handleLine(line);
      }),
    );
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-keptErrors);
    });
    this.#child.on('error', ({ message }) => {
      this.#end(`failed: ${message}`);
    });
    this.#child.on('close', (code, signal) => {
      this.#end(signal ? `was killed by ${signal}` : `exited with code ${code ?? '?'}`);
    });
    // Writing to a dead worker fails; its exit is handled separately.
    this.#child.stdin.on('error', () => undefined);
  }

  /** Resolves when the engine is loaded; never if loading fails. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Computes a state. @throws Error if the process exits before it answers */
  compute(state: unknown, onLine: (line: string) => void): Promise<void> {
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      this.#job = { id, onLine, resolve, reject };
      if (this.#ended) this.#end('ended before the request');
      else this.#child.stdin.write(`${JSON.stringify({ id, state })}\n`);
    });
  }

  /** Whether it was killed or has exited. */
  get killed(): boolean {
    return this.#child.killed;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #handleLine(line: string): void {
    const message = line.length > maxFinalLength ? undefined : parse(line);
    if (message?.ready) this.#isReady();
    const job = this.#job;
    if (!job || message?.ready || message?.id === null) return;
    // Belongs to an abandoned request.
    if (message && message.id !== job.id) return;
    job.onLine(line);
    if (message?.done !== true && message?.error === undefined) return;
    this.#job = undefined;
    job.resolve();
  }

  #end(how: string): void {
    this.#ended = true;
    const job = this.#job;
    this.#job = undefined;
    const said = this.#said.trim().split('\n').at(-1) ?? '';
    job?.reject(new Error(`the lab engine ${how}${said && `: ${said}`}`));
  }
}

function parse(line: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}
