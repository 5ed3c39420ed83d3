/**
 * Measures claims at several seeds in processes of one thread each; a claim that crashes does not affect the
 * others.
 */
import { type LongCallOptions, longCallKeys, type Progress, watchCall } from '../cancel.ts';
import { checkInteger, checkList, checkNumbers, checkOptions, checkText, nearest } from '../check.ts';
import { UsageError } from '../errors.ts';
import { runTasks } from '../processes/index.ts';
import type { ClaimResult } from '../runs/index.ts';
import type { Claim } from './claim.ts';
import type { ClaimWorker, Task } from './claim-worker.ts';
import { claims } from './claims/index.ts';

export type { Task } from './claim-worker.ts';

/** Measured claims plus the fractions of those in progress, the total, and the claim that last reported. */
export interface VerifyProgress extends Progress {
  readonly task: Task;
  /** The claim's own progress, between 0 and 1. */
  readonly fraction: number;
}

/** Options of {@link verify}. */
export interface VerifyOptions extends Omit<LongCallOptions, 'onProgress'> {
  /** Claim ids, such as C1 or C2h. Default: all. */
  readonly ids?: readonly string[] | undefined;
  readonly seeds?: ArrayLike<number> | undefined;
  readonly quick?: boolean | undefined;
  /** Number of concurrent processes, one thread each. Default: 1. */
  readonly processes?: number | undefined;
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
  readonly onResult?: ((outcome: SeededResult, done: number, of: number) => void) | undefined;
}

/** The result of one claim at one seed. */
export interface SeededResult {
  readonly seed: number;
  readonly result: ClaimResult;
}

/** The claims with these ids, in the order of the list. @throws UsageError for an unknown id */
export function chooseClaims(ids: readonly string[] = []): Claim[] {
  const known = new Map(claims.map((claim) => [claim.id.toLowerCase(), claim]));
  const wanted = new Set(
    checkList('ids', ids).map((id) => {
      checkText('the id of a claim', id);
      const claim = known.get(id.toLowerCase());
      if (claim) return claim;
      const names = claims.map((one) => one.id);
      const begun = names.filter((name) => name.toLowerCase().startsWith(id.toLowerCase().slice(0, 2)));
      const near = begun.length ? begun : [nearest(id, names)].filter((name) => name !== undefined);
      throw new UsageError(
        `unknown claim ${id}${near.length ? `: did you mean ${near.join(' or ')}?` : ''} (one of ${names.join(', ')})`,
      );
    }),
  );
  return ids.length ? claims.filter((claim) => wanted.has(claim)) : [...claims];
}

/**
 * The results, ordered by seed, then by claim.
 *
 * @throws UsageError for an unknown claim or no seeds; AbortError if `signal` aborts
 */
export async function verify(options: VerifyOptions = {}): Promise<SeededResult[]> {
  checkOptions('verify', options, {
    ...longCallKeys,
    ids: true,
    seeds: true,
    quick: true,
    processes: true,
    onResult: true,
  });
  const { ids, quick = false, processes = 1, signal, onProgress, onResult } = options;
  watchCall('verify', { signal });
  const seeds = checkNumbers('seeds', options.seeds ?? [1]);
  const chosen = chooseClaims(ids);
  if (!seeds.length) throw new UsageError('verify needs at least one seed');
  seeds.forEach((seed) => checkInteger('seed', seed, { min: 0 }));
  const tasks = seeds.flatMap((seed) => chosen.map((claim): Task => ({ id: claim.id, seed, quick })));
  const cost = new Map(chosen.map((claim) => [claim.id, claim.cost ?? 1]));
  const queue = [...tasks].sort((a, b) => (cost.get(b.id) ?? 0) - (cost.get(a.id) ?? 0));
  const results = new Map<Task, SeededResult>();
  const running = new Map<Task, number>();
  const reportProgress = (task: Task, fraction: number): void => {
    const started = [...running.values()].reduce((sum, one) => sum + one, 0);
    onProgress?.({ done: results.size + started, total: tasks.length, task, fraction });
  };
  await runTasks<ClaimWorker>(queue, {
    call: 'verify',
    module: new URL('./claim-worker.js', import.meta.url),
    processes,
    threads: 1,
    signal,
    onProgress(task, fraction) {
      running.set(task, fraction);
      reportProgress(task, fraction);
    },
    onAnswer(task, answer) {
      const result = answer.kind === 'result' ? answer.result : broken(task, answer.message);
      const outcome = { seed: task.seed, result };
      running.delete(task);
      results.set(task, outcome);
      onResult?.(outcome, results.size, tasks.length);
      reportProgress(task, 1);
    },
  });
  return tasks.map((task) => results.get(task)!);
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
