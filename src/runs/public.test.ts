import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, expect, it } from 'vitest';
import { RunWriter } from './index.ts';
import { openRun, openRuns } from './public.ts';
import { temporaryFolder } from '../test-folder.ts';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

function write(name: string): string {
  const writer = RunWriter.create(root, name);
  writer.config({ model: 'resnet20', seed: 3 });
  for (const step of [1, 2])
    writer.step({ step, epoch: 0, loss: 1 / step, error: 50, lr: 0.1, imagesPerSecond: 900, seconds: step });
  writer.close();
  return writer.dir;
}

it('opens a run by path or URL, with its settings and steps', async () => {
  const dir = write('one');
  for (const place of [dir, pathToFileURL(dir)]) {
    const run = openRun(place);
    expect(run.config()).toEqual({ model: 'resnet20', seed: 3 });
    expect((await run.steps()).map(({ loss }) => loss)).toEqual([1, 0.5]);
  }
});

it('opens all runs of a folder, sorted by name', () => {
  write('b');
  write('a');
  expect(openRuns(root).map(({ name }) => name)).toEqual(['a', 'b']);
});

it('refuses a folder without a run, a folder of runs, and a missing folder', () => {
  write('one');
  expect(() => openRun(root)).toThrow(/holds run folders; give one of them, such as .*one/);
  expect(() => openRun(join(root, 'none'))).toThrow(/none does not exist/);
  expect(() => openRuns(join(root, 'none'))).toThrow(/none is not a folder/);
  expect(openRuns(join(root, 'one'))).toEqual([]);
});
