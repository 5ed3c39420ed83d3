import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeFakeRun } from '../../runs/fake-run.ts';
import { type RunDetail, type RunList, routes, type SwapList } from '../protocol/index.ts';
import { ask, errorOf, startFakeStudio } from './fake-page.ts';
import type { Studio } from './studio.ts';
import { temporaryFolder } from '../../test-folder.ts';

const root = join(temporaryFolder(), 'studio records');
let studio: Studio;
beforeAll(async () => {
  mkdirSync(root);
  studio = await startFakeStudio(root);
});
afterAll(async () => {
  await studio.close();
});

async function json<T>(path: string): Promise<T> {
  const answer = await ask(studio.port, `/${path}`);
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text) as T;
}

const record = {
  preset: 'fast',
  recipe: 'r',
  changed: {},
  measuredOn: 'test',
  rows: [],
  finished: 0,
  unfinished: [],
  machines: [],
};

it('finds the record of a grid in a subfolder and in the runs folder itself', async () => {
  mkdirSync(join(root, 'fast'));
  writeFileSync(join(root, 'fast', 'results.json'), JSON.stringify(record));
  writeFileSync(join(root, 'results.json'), JSON.stringify({ ...record, preset: 'talk' }));
  const { grids } = await json<RunList>(routes.runs);
  expect(await Promise.all(grids.map(({ id }) => json<typeof record>(routes.reproduction(id))))).toEqual([
    { ...record, preset: 'talk' },
    record,
  ]);
});

const row = { id: 'r', network: 'R', dataset: 'd', model: 'm', arms: [], comparisons: [] };
it.each([
  '{',
  '[]',
  '{"rows": 1}',
  'null',
  '',
  JSON.stringify({ ...record, rows: [{ ...row, arms: [null] }] }),
  JSON.stringify({ ...record, rows: [{ ...row, comparisons: [{ arm: 'a' }] }] }),
])('a damaged or foreign record is refused: %j', async (text) => {
  mkdirSync(join(root, 'odd'), { recursive: true });
  writeFileSync(join(root, 'odd', 'results.json'), text);
  const answer = await ask(studio.port, `/${routes.reproduction('odd')}`);
  expect([answer.status, errorOf(answer)]).toEqual([422, expect.stringMatching(/results\.json of odd is/)]);
});

const samples = {
  classes: ['a', 'b'],
  samples: [
    {
      index: 3,
      label: 1,
      image: 'data:image/png;base64,iVBORw0KGgo=',
      top: [{ class: 0, probability: 0.9 }],
    },
  ],
};

it('serves the samples of the file and refuses anything but PNG', async () => {
  const dir = writeFakeRun(root, { name: 's', epochs: 1, stepsPerEpoch: 3 });
  expect((await ask(studio.port, `/${routes.samples('s')}`)).status).toBe(404);
  writeFileSync(join(dir, 'samples.json'), JSON.stringify(samples));
  expect(await json(routes.samples('s'))).toEqual(samples);
  expect((await json<RunDetail>(routes.run('s'))).files.samples).toBe(true);
  for (const image of [
    'https://evil.example/x.png',
    'data:text/html,<script>',
    'data:image/svg+xml;base64,AAAA',
    'javascript:alert(1)',
  ]) {
    writeFileSync(
      join(dir, 'samples.json'),
      JSON.stringify({ ...samples, samples: [{ ...samples.samples[0], image }] }),
    );
    const answer = await ask(studio.port, `/${routes.samples('s')}`);
    expect([answer.status, errorOf(answer)]).toEqual([422, expect.stringContaining('PNG')]);
  }
});

it('details contain the data of the folder and shell-safe command lines', async () => {
  const dir = writeFakeRun(root, { name: 'd', epochs: 2, stepsPerEpoch: 5, config: { note: '$(touch x)' } });
  writeFileSync(join(dir, 'report.html'), '<p>');
  mkdirSync(join(dir, 'checkpoints', 'last'), { recursive: true });
  mkdirSync(join(dir, 'checkpoints', '.last.new'));
  const detail = await json<RunDetail>(routes.run('d'));
  expect(detail).toMatchObject({
    row: { id: 'd', state: 'finished' },
    config: { note: '$(touch x)' },
    checkpoints: ['last'],
    files: { report: true, analysis: false, samples: false },
  });
  expect(detail.epochs).toHaveLength(2);
  expect(detail.result?.steps).toBe(10);
  expect(detail.commands.resume).toBe(`npx meanfield train --resume '${dir}'`);
});

it('sends all swaps, or an evenly spaced selection with the total count', async () => {
  const dir = writeFakeRun(root, { name: 'w', epochs: 1, stepsPerEpoch: 3 });
  const swap = (step: number): string =>
    `${JSON.stringify({ step, epoch: 0, stage: 'layer1', before: [0, 1], after: [1, 0], pairs: [[0, 1]] })}\n`;
  writeFileSync(join(dir, 'swaps.jsonl'), Array.from({ length: 12_000 }, (_, i) => swap(i + 1)).join(''));
  const { swaps, total } = await json<SwapList>(routes.swaps('w'));
  expect([total, swaps.length, swaps[0]?.step, swaps.at(-1)?.step]).toEqual([12_000, 5000, 1, 12_000]);
});

it.each(['points=0', 'points=1e9', 'points=-1', 'points=x', 'from=1.5', 'to=99999999999999999999'])(
  'an invalid range of steps is refused: %s',
  async (query) => {
    const answer = await ask(studio.port, `/api/runs/s/steps?${query}`);
    expect([answer.status, errorOf(answer)]).toEqual([
      400,
      expect.stringMatching(/expected a whole number from/),
    ]);
  },
);
