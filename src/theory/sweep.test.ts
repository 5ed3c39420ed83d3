import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AbortError } from '../errors.ts';
import {
  bottleneck,
  energy,
  gaussian,
  intervalMeasure,
  pathMeasure,
  smoothPaths,
} from '../mean-field/index.ts';
import { Generator, isGradEnabled, liveTensorCount, ones, ops } from '../tensor/index.ts';
import { rms } from '../stats/index.ts';
import { sweep } from './sweep.ts';
import { rowsToArrays, rowsToCsv, summarise, writeRows } from './table.ts';
import { temporaryFolder } from '../test-folder.ts';

const grid = { L: [2, 4], seed: [1, 2, 3] };

it('visits every combination, the last variable fastest, and reports each row', () => {
  const reported: number[] = [];
  const rows = sweep(grid, ({ L, seed }) => ({ error: seed / L }), {
    onProgress: ({ done, total, row }) => reported.push(done / total! + 10 * row.error),
  });
  expect(rows).toEqual([2, 4].flatMap((L) => [1, 2, 3].map((seed) => ({ L, seed, error: seed / L }))));
  expect(reported).toEqual(rows.map(({ error }, i) => (i + 1) / 6 + 10 * error));
});

it('frees the tensors of each row, and records no gradients', () => {
  const before = liveTensorCount();
  const counts = sweep({ i: [1, 2, 3] }, ({ i }) => {
    const value = ops.sum(ones([i, 4])).item();
    return { value, live: liveTensorCount(), recording: Number(isGradEnabled()) };
  });
  expect(new Set(counts.map(({ live }) => live)).size).toBe(1);
  expect(counts.map(({ recording }) => recording)).toEqual([0, 0, 0]);
  expect(liveTensorCount()).toBe(before);
});

it('paths drawn from a law, and intervals, leak nothing', () => {
  const before = liveTensorCount();
  const live = sweep({ seed: [1, 2, 3, 4] }, ({ seed }) => {
    const generator = new Generator(seed);
    const path = pathMeasure(smoothPaths(gaussian(), generator, 8, 7, { dtype: 'f64' }), 4);
    const rho = intervalMeasure(generator.normal([3, 7], 'f64'), { tau: [0.2, 1, 0.5] });
    const problem = { inputs: generator.normal([5, 3], 'f64'), targets: generator.normal([5, 3], 'f64') };
    const losses = [path, rho].map((measure) => energy(problem, bottleneck('tanh'), measure));
    generator.dispose();
    return { a: losses[0]!, b: losses[1]!, live: liveTensorCount() };
  });
  expect(new Set(live.map((row) => row.live)).size).toBe(1);
  expect(liveTensorCount()).toBe(before);
});

it('stops on an abort signal, between two rows', () => {
  const controller = new AbortController();
  const seen: number[] = [];
  expect(() =>
    sweep({ i: [1, 2, 3] }, ({ i }) => ({ a: seen.push(i) }), {
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done === 2) controller.abort();
      },
    }),
  ).toThrow(AbortError);
  expect(seen).toEqual([1, 2]);
  expect(() => sweep({ i: [1] }, () => ({ a: 1 }), { signal: controller.signal })).toThrow(
    'sweep was aborted',
  );
});

it('summarises over the columns that are not named', () => {
  const rows = sweep(grid, ({ L, seed }) => ({ error: seed / L }));
  const squares = Math.sqrt((1 + 4 + 9) / 3);
  const summary = summarise(rows, { by: ['L'], of: 'error', with: rms });
  expect(summary.map(({ L }) => L)).toEqual([2, 4]);
  expect(summary[0]?.error).toBeCloseTo(squares / 2, 14);
  expect(summary[1]?.error).toBeCloseTo(squares / 4, 14);
});

it.each([
  ['no variable', () => sweep({}, () => ({ a: 1 })), /at least one variable/],
  ['no value', () => sweep({ L: [1], M: [] }, () => ({ a: 1 })), /variable M of the sweep has no values/],
  [
    'a column named twice',
    () => sweep({ L: [1] }, () => ({ L: 2 })),
    /column L has the name of a sweep variable/,
  ],
  [
    'an unknown option',
    () => sweep({ L: [1] }, () => ({ a: 1 }), { onprogress: 1 } as object),
    /unknown option onprogress of sweep: did you mean onProgress/,
  ],
  [
    'a value that is not a number',
    () => sweep({ L: ['8'] as never }, () => ({ a: 1 })),
    /expected a number for the variable L of the sweep\[0\], got "8"/,
  ],
  [
    'a variable that is not a list',
    () => sweep({ L: 8 as never }, () => ({ a: 1 })),
    /expected a list of numbers for the variable L/,
  ],
  [
    'a column of strings',
    () => sweep({ L: [1] }, () => ({ a: '1' as never })),
    /expected a number for the column a, got "1"/,
  ],
  [
    'a body without a result',
    () => sweep({ L: [1] }, () => undefined as never),
    /expected an object of columns/,
  ],
  [
    'an asynchronous body',
    () => sweep({ L: [1] }, (() => Promise.resolve({ a: 1 })) as never),
    /must be synchronous/,
  ],
  [
    'other columns',
    () => sweep({ L: [1, 2] }, ({ L }) => (L === 1 ? { a: 1 } : { b: 1 }) as { a: number }),
    /expected L, a, got L, b/,
  ],
  [
    'an unknown column',
    () => summarise([{ L: 1 }], { by: ['M'], of: 'L', with: rms }),
    /no column M \(one of L\)/,
  ],
  [
    'another extension',
    () => {
      writeRows('rows.txt', []);
    },
    /written as .csv or .npz, got rows.txt/,
  ],
])('%s is rejected', (_, act, message) => {
  expect(act).toThrow(message);
});

it('writes CSV to the last bit, and one array per column', () => {
  const rows = [
    { L: 1, 'a,b': 0.1 + 0.2 },
    { L: 2, 'a,b': NaN },
  ];
  expect(rowsToCsv(rows)).toBe('L,"a,b"\n1,0.30000000000000004\n2,NaN\n');
  expect(rowsToArrays(rows).get('a,b')).toEqual({ shape: [2], data: Float64Array.of(0.1 + 0.2, NaN) });
  const dir = temporaryFolder();
  writeRows(join(dir, 'rows.csv'), rows);
  writeRows(join(dir, 'rows.npz'), rows);
  expect(readFileSync(join(dir, 'rows.csv'), 'utf8')).toBe(rowsToCsv(rows));
  expect(readFileSync(join(dir, 'rows.npz')).subarray(0, 2).toString()).toBe('PK');
});
