/** The pool with real child processes that speak the protocol of src/studio/engine/worker.ts. */
import { afterEach, expect, it } from 'vitest';
import { LabPool } from './lab-pool.ts';

/** Computes for `state.ms` without yielding, as a native loop does; `state.die` makes it exit. */
const child = `
const { createInterface } = require('node:readline');
const tell = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, state } = JSON.parse(line);
  if (state.die) { console.error('libtorch said no'); process.exit(9); }
  tell({ id, part: { pid: process.pid, wide: 'x'.repeat(state.wide ?? 0) } });
  const end = Date.now() + (state.ms ?? 0);
  while (Date.now() < end);
  tell(state.bad ? { id, error: 'points must be fewer' } : { id, done: true, milliseconds: 1 });
}).on('close', () => process.exit(0));
tell({ ready: true });
`;

const pools: LabPool[] = [];
function poolOf(options: { timeLimit?: number; grace?: number; script?: string } = {}): LabPool {
  const { timeLimit = 20_000, grace = 50, script = child } = options;
  const pool = new LabPool({ command: [process.execPath, '-e', script], size: 2, timeLimit, grace });
  pools.push(pool);
  return pool;
}
afterEach(() => {
  for (const pool of pools.splice(0)) pool.close();
});

interface Answer {
  readonly lines: Record<string, unknown>[];
  readonly end: Promise<unknown>;
  readonly gone: AbortController;
}

function ask(pool: LabPool, page: string, state: object): Answer {
  const lines: Record<string, unknown>[] = [];
  const gone = new AbortController();
  const end = pool
    .compute(page, state, (line) => lines.push(JSON.parse(line) as Record<string, unknown>), gone.signal)
    .then(
      () => 'done',
      (error: unknown) => (error as Error).message,
    );
  return { lines, end, gone };
}

const pidOf = ({ lines }: Answer): unknown => (lines[0]?.part as { pid: number } | undefined)?.pid;
const lives = (pid: unknown): boolean => {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
};

it('passes on each line of an answer, including very long ones', async () => {
  const answer = ask(poolOf(), 'a', { wide: 3_000_000 });
  expect(await answer.end).toBe('done');
  expect(answer.lines).toHaveLength(2);
  expect((answer.lines[0]?.part as { wide: string }).wide).toHaveLength(3_000_000);
  expect(answer.lines[1]).toMatchObject({ done: true });
});

it('reuses its workers between requests', async () => {
  const pool = poolOf();
  pool.warm();
  const pids = pool.pids;
  for (let i = 0; i < 3; i++) {
    const answer = ask(pool, 'a', {});
    await answer.end;
    expect(pids).toContain(pidOf(answer));
  }
  expect(pool.pids.sort()).toEqual(pids.sort());
});

it('a newer request of a page cancels the older one at once and kills its worker', async () => {
  const pool = poolOf();
  const older = ask(pool, 'a', { ms: 60_000 });
  await expect.poll(() => pidOf(older), { timeout: 10_000 }).toBeDefined();
  const newer = ask(pool, 'a', {});
  expect(await older.end).toMatch(/newer request/);
  expect(await newer.end).toBe('done');
  expect(pidOf(newer)).not.toBe(pidOf(older));
  await expect.poll(() => lives(pidOf(older))).toBe(false);
  expect(older.lines).toHaveLength(1);
  // A new worker replaces it.
  await expect.poll(() => pool.pids.length).toBe(2);
});

it('a cancelled worker that finishes soon is kept, and its output is dropped', async () => {
  const pool = poolOf({ grace: 60_000 });
  pool.warm();
  const pids = pool.pids.sort();
  const older = ask(pool, 'a', { ms: 150 });
  await expect.poll(() => pidOf(older), { timeout: 10_000, interval: 1 }).toBeDefined();
  const newer = ask(pool, 'a', {});
  expect([await older.end, await newer.end]).toEqual([expect.stringMatching(/newer request/), 'done']);
  const usedByTwo = async (): Promise<unknown[]> => {
    const two = [ask(pool, 'b', { ms: 100 }), ask(pool, 'c', { ms: 100 })];
    await Promise.all(two.map(({ end }) => end));
    return two.map(pidOf).sort();
  };
  await expect.poll(usedByTwo, { timeout: 20_000 }).toEqual(pids);
  expect(older.lines).toHaveLength(1);
});

it('a request is cancelled when its page is gone', async () => {
  const answer = ask(poolOf(), 'a', { ms: 60_000 });
  await expect.poll(() => pidOf(answer), { timeout: 10_000 }).toBeDefined();
  answer.gone.abort();
  expect(await answer.end).toMatch(/abort/i);
  await expect.poll(() => lives(pidOf(answer))).toBe(false);
});

it('pages queue, and a page that leaves the queue is not computed', async () => {
  const pool = poolOf();
  const first = [ask(pool, 'a', { ms: 300 }), ask(pool, 'b', { ms: 300 })];
  const [leaves, stays] = [ask(pool, 'c', {}), ask(pool, 'd', {})];
  leaves.gone.abort();
  expect(await Promise.all([...first, stays].map(({ end }) => end))).toEqual(['done', 'done', 'done']);
  expect(await leaves.end).toMatch(/abort/i);
  expect(leaves.lines).toEqual([]);
});

it('a computation beyond the time limit ends with a one-line message that says what to do', async () => {
  const pool = poolOf({ timeLimit: 200 });
  const long = ask(pool, 'a', { ms: 60_000 });
  expect(await long.end).toMatch(/longer than 0.2 s: make the problem smaller/);
  await expect.poll(() => lives(pidOf(long))).toBe(false);
  expect(await ask(pool, 'a', {}).end).toBe('done');
});

it('a worker that dies is reported with its last output, and the next request gets a new one', async () => {
  const pool = poolOf();
  expect(await ask(pool, 'a', { die: true }).end).toMatch(/exited with code 9: libtorch said no/);
  expect(await ask(pool, 'a', {}).end).toBe('done');
});

it('an engine that cannot be loaded is reported at each request', async () => {
  const pool = poolOf({ script: 'console.error("no libtorch: run npm run setup"); process.exit(3)' });
  for (let i = 0; i < 3; i++) expect(await ask(pool, 'a', {}).end).toMatch(/no libtorch: run npm run setup/);
});

it('an error of the worker ends the request with its message', async () => {
  const pool = poolOf();
  const answer = ask(pool, 'a', { bad: true });
  expect(await answer.end).toBe('done');
  expect(answer.lines.at(-1)).toMatchObject({ error: 'points must be fewer' });
});

it('closing stops every worker', async () => {
  const pool = poolOf();
  void ask(pool, 'a', { ms: 60_000 });
  pool.warm();
  const pids = pool.pids;
  expect(pids).toHaveLength(2);
  pool.close();
  for (const pid of pids) await expect.poll(() => lives(pid)).toBe(false);
});
