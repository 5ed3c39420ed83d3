/**
 * Sweeps and claims in several processes, through the public entry point: same rows, one-line errors, cancellable
 * calls.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type * as Errors from '../../src/errors.ts';
import type * as Theory from '../../src/theory/index.ts';
import { published } from '../published.ts';

const { AbortError, MeanfieldError, UsageError } = await published<typeof Errors>('meanfield');
const { sweep, verify } = await published<typeof Theory>('meanfield/theory');

const module = new URL('./sweep-rows.mjs', import.meta.url);
const axes = { L: [2, 4], seed: [1, 2, 3] };

/** The number of child processes that run a script with this name. */
function childrenRunning(script: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return parent === String(process.pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(script);
    } catch {
      return false;
    }
  }).length;
}

async function gone(script: string): Promise<void> {
  for (let i = 0; i < 500 && childrenRunning(script) > 0; i++)
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  expect(childrenRunning(script)).toBe(0);
}

it('rows are the same, bit for bit and in order, in this process, in one worker, and in several', async () => {
  const { flowRow } = (await import(module.href)) as {
    flowRow: (point: { L: number; seed: number }) => { norm: number };
  };
  const here = sweep(axes, flowRow);
  expect(here.map(({ L, seed }) => [L, seed])).toEqual(
    [2, 4].flatMap((L) => [1, 2, 3].map((seed) => [L, seed])),
  );
  const told: number[] = [];
  const one = await sweep(axes, { module, name: 'flowRow' });
  const three = await sweep(
    axes,
    { module, name: 'flowRow' },
    {
      processes: 3,
      onProgress: ({ done, total, row }) => told.push(done, total!, row.norm! > 0 ? 1 : 0),
    },
  );
  expect(one).toStrictEqual(here);
  expect(three).toStrictEqual(here);
  expect(told).toEqual([1, 2, 3, 4, 5, 6].flatMap((done) => [done, 6, 1]));
  await gone('sweep-worker');
});

it('several processes share the rows', async () => {
  const rows = await sweep({ i: [1, 2, 3, 4, 5, 6, 7, 8] }, { module, name: 'whoRow' }, { processes: 2 });
  const pids = new Set(rows.map(({ pid }) => pid));
  expect(pids.size).toBe(2);
  expect(pids.has(process.pid)).toBe(false);
});

it.each<[string, string, object, RegExp]>([
  [
    'an error of the body',
    'unreadableRow',
    MeanfieldError,
    /^row seed = 2 of the sweep failed: no such law$/,
  ],
  ['a process that dies', 'dyingRow', MeanfieldError, /^row seed = 2 .*: its process was killed by SIGKILL$/],
  ['a function that is not exported', 'noRow', UsageError, /does not export a function noRow$/],
  ['a column that is not a number', 'textRow', UsageError, /expected a number for the column a, got "1"/],
])('%s ends the sweep with a one-line message', async (_, name, kind, message) => {
  const error: unknown = await sweep({ seed: [1, 2] }, { module, name }, { processes: 2 }).catch(
    (one: unknown) => one,
  );
  expect(error).toBeInstanceOf(kind);
  expect((error as Error).message).toMatch(message);
  await gone('sweep-worker');
});

it('a body that cannot be sent is rejected with advice', () => {
  expect(() => sweep({ a: [1] }, (() => ({ b: 1 })) as never, { processes: 2 } as never)).toThrow(
    'needs its body as { module, name }: export the function from a separate module',
  );
});

it.each<[unknown, RegExp]>([
  [{ module: './sweep-rows.mjs', name: 'flowRow' }, /expected an absolute path or URL/],
  [{ module }, /expected a function, or \{ module, name \}, for the body of a sweep/],
  [undefined, /expected a function, or \{ module, name \}, for the body of a sweep/],
])('the body %j is rejected', async (body, message) => {
  await expect(async () => await sweep({ a: [1] }, body as Theory.SweepModule)).rejects.toThrow(message);
});

it('an abort signal stops an endless row and ends its process', async () => {
  const controller = new AbortController();
  const call = sweep(
    { i: [1, 2, 3] },
    { module, name: 'endlessRow' },
    { processes: 2, signal: controller.signal },
  );
  for (let i = 0; i < 500 && childrenRunning('sweep-worker') < 2; i++)
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  controller.abort(new Error('enough'));
  const error: unknown = await call.catch((one: unknown) => one);
  expect(error).toBeInstanceOf(AbortError);
  expect((error as Error).message).toBe('sweep was aborted: enough');
  await gone('sweep-worker');
});

it('an error thrown by a callback ends the sweep', async () => {
  const options = {
    processes: 2,
    onProgress: () => {
      throw new RangeError('mine');
    },
  };
  await expect(sweep(axes, { module, name: 'whoRow' }, options)).rejects.toThrow(new RangeError('mine'));
  await gone('sweep-worker');
});

it('verify reports progress, and an abort signal ends its processes', async () => {
  const controller = new AbortController();
  const told: number[] = [];
  const error: unknown = await verify({
    ids: ['C3'],
    quick: true,
    seeds: [1, 2, 3],
    signal: controller.signal,
    onProgress({ done, total, task, fraction }) {
      expect([total, task.id, task.quick]).toEqual([3, 'C3', true]);
      told.push(done);
      if (done >= 1 && fraction === 1) controller.abort();
    },
  }).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(AbortError);
  expect((error as Error).message).toBe('verify was aborted');
  expect(told.at(-1)).toBe(1);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  await gone('claim-worker');
});

it.each<[string, unknown, RegExp]>([
  ['an unknown option', { process: 2 }, /unknown option process of verify: did you mean processes\?/],
  ['no seeds', { seeds: [] }, /at least one seed/],
  ['half a process', { processes: 0.5 }, /expected an integer >= 1 for processes/],
  ['a signal that is none', { signal: true }, /expected an AbortSignal for signal of verify/],
])('verify rejects %s', async (_, options, message) => {
  await expect(verify(options as Theory.VerifyOptions)).rejects.toThrow(message);
});
