/** Measures many claims at many seeds in processes of one thread each; a claim that breaks fails alone. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { checkInteger, nearest } from '../check.ts';
import { UsageError } from '../errors.ts';
import type { ClaimResult } from '../runs/index.ts';
import type { Claim } from './claim.ts';
import type { Message, Task } from './claim-worker.ts';
import { claims } from './claims/index.ts';

export type { Task } from './claim-worker.ts';

export interface VerifyOptions {
  /** C1, C2h, ..; default: all. */
  readonly ids?: readonly string[];
  readonly seeds?: readonly number[];
  readonly quick?: boolean;
  /** Processes at once, one thread each. */
  readonly processes: number;
  readonly onProgress?: (task: Task, fraction: number) => void;
  readonly onResult?: (outcome: SeededResult, done: number, of: number) => void;
}

export interface SeededResult {
  readonly seed: number;
  readonly result: ClaimResult;
}

/** Claims by id, in the order of the list. @throws UsageError for an id that is not there */
export function chooseClaims(ids: readonly string[] = []): Claim[] {
  const known = new Map(claims.map((claim) => [claim.id.toLowerCase(), claim]));
  const wanted = new Set(
    ids.map((id) => {
      const claim = known.get(id.toLowerCase());
      if (claim) return claim;
      const names = claims.map((one) => one.id);
      const begun = names.filter((name) => name.toLowerCase().startsWith(id.toLowerCase().slice(0, 2)));
      const near = begun.length ? begun : [nearest(id, names)].filter((name) => name !== undefined);
      throw new UsageError(
        `unknown claim ${id}${near.length ? ` (did you mean ${near.join(' or ')}?)` : ''}: there are ${names.join(', ')}`,
      );
    }),
  );
  return ids.length ? claims.filter((claim) => wanted.has(claim)) : [...claims];
}

/** The results in the order of seeds, then of claims. */
export async function verify(options: VerifyOptions): Promise<SeededResult[]> {
  const { ids, seeds = [1], quick = false } = options;
  const chosen = chooseClaims(ids);
  seeds.forEach((seed) => checkInteger('seed', seed, { min: 0 }));
  const tasks = seeds.flatMap((seed) => chosen.map((claim) => ({ id: claim.id, seed, quick })));
  const cost = new Map(chosen.map((claim) => [claim.id, claim.cost ?? 1]));
  const queue = [...tasks].sort((a, b) => (cost.get(b.id) ?? 0) - (cost.get(a.id) ?? 0));
  const results: SeededResult[] = [];
  const work = async (): Promise<void> => {
    let worker: ChildProcess | undefined;
    for (let task = queue.shift(); task; task = queue.shift()) {
      if (worker?.connected !== true) worker = startWorker();
      const outcome = { seed: task.seed, result: await measureIn(worker, task, options) };
      results.push(outcome);
      options.onResult?.(outcome, results.length, tasks.length);
    }
    worker?.disconnect();
  };
  const count = Math.min(checkInteger('processes', options.processes, { min: 1 }), tasks.length);
  await Promise.all(Array.from({ length: count }, work));
  const order = (one: SeededResult): number =>
    tasks.findIndex(({ id, seed }) => id === one.result.id && seed === one.seed);
  return results.sort((a, b) => order(a) - order(b));
}

function startWorker(): ChildProcess {
  const script = fileURLToPath(new URL('./claim-worker.js', import.meta.url));
  return fork(script, [], { env: { ...process.env, OMP_NUM_THREADS: '1' }, serialization: 'advanced' });
}

/** A process that dies is a claim that failed. */
function measureIn(worker: ChildProcess, task: Task, { onProgress }: VerifyOptions): Promise<ClaimResult> {
  return new Promise((resolve) => {
    const finish = (result: ClaimResult): void => {
      worker.off('message', hear);
      worker.off('exit', lose);
      worker.off('error', refuse);
      resolve(result);
    };
    const hear = (message: Message): void => {
      if (message.kind === 'progress') onProgress?.(task, message.fraction);
      else finish(message.kind === 'result' ? message.result : broken(task, message.message));
    };
    const lose = (code: number | null, signal: string | null): void => {
      finish(broken(task, `its process ended ${signal ? `by ${signal}` : `with exit code ${code ?? '?'}`}`));
    };
    // A process that does not hear ends, and `lose` says how; one that did not start never ends.
    const refuse = (error: Error): void => {
      if (worker.pid === undefined) finish(broken(task, error.message.split('\n')[0] ?? ''));
      else worker.kill('SIGKILL');
    };
    worker.on('message', hear);
    worker.on('exit', lose);
    worker.on('error', refuse);
    worker.send(task);
  });
}

function broken({ id }: Task, error: string): ClaimResult {
  const { title = id, statement = '' } = claims.find((claim) => claim.id === id) ?? {};
  return {
    id,
    title,
    statement,
    sentence: '',
    checks: [],
    reported: {},
    panels: [],
    pass: false,
    seconds: 0,
    error,
  };
}
