/** Every function that the package exports meets arguments of no use: each is refused by a named error of one line. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as Package from '../src/index.ts';
import { entryPoints, published } from './published.ts';
import { temporaryFolder } from '../src/test-folder.ts';

const root = await published<typeof Package>('meanfield');
const { MeanfieldError, OperatorError } = root;

/** Of the entry points all but the reference, which is plain TypeScript without checks and imports nothing. */
const entries = entryPoints.filter((entry) => entry !== 'meanfield/reference');

/** Why a function need not refuse what it cannot use. */
const excepted: Readonly<Record<string, string>> = {
  Tensor: 'its constructor is internal: tensors are made by tensor()',
  particleGradient: 'it is for loops over arguments that are checked before',
  verify: 'without arguments it measures every claim',
  listenForInterrupt: 'it changes how this process takes signals',
};

const junk: readonly (readonly unknown[])[] = [
  [],
  ...[undefined, {}, null, 'x', NaN, [], () => 1].map((one) => [one]),
  [{}, 0],
  ...['x', {}, null, [], undefined].map((one) => [one, one, one]),
  ['x', {}],
  ['x', 'x'],
  [{}, null],
];

type Anything = (...values: readonly unknown[]) => unknown;
const isClass = (f: Anything): boolean => /^class\s/.test(Function.prototype.toString.call(f));
const call = async (f: Anything, values: readonly unknown[]): Promise<unknown> =>
  isClass(f) ? (Reflect.construct(f, values) as unknown) : await f(...values);

const functions: (readonly [name: string, f: Anything])[] = [];
const seen = new Set<unknown>();
for (const entry of entries)
  for (const [name, one] of Object.entries(await published<Record<string, unknown>>(entry))) {
    if (typeof one !== 'function' || seen.has(one) || Object.hasOwn(excepted, name)) continue;
    seen.add(one);
    functions.push([`${name} of ${entry}`, one as Anything]);
  }

const home = process.cwd();
const folder = temporaryFolder();
beforeAll(() => {
  // Some of the junk are names of files.
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(home);
});

it('the functions of all entry points are found', () => {
  expect(entries).toHaveLength(9);
  expect(functions.length).toBeGreaterThan(150);
});

it.each(functions)('%s works or names what is wrong', async (_, f) => {
  for (const values of junk) {
    let error: unknown;
    try {
      await call(f, values);
    } catch (thrown) {
      error = thrown;
    }
    if (error === undefined) continue;
    const what = `${JSON.stringify(values.map(String))}: ${error instanceof Error ? error.stack : 'no error'}`;
    expect(error, what).toBeInstanceOf(MeanfieldError);
    expect(error, what).not.toBeInstanceOf(OperatorError);
    const { message } = error as Error;
    expect(message).not.toMatch(/^internal|\n|Cannot (read|destructure)|is not a function|not iterable/);
  }
});

describe('paths', () => {
  const { data, io, tensor, theory, train } = root;
  const x = tensor.tensor([1, 2]);
  const rows = [{ a: 1 }];
  const at = (name: string): string => join(folder, name);

  it.each<[string, (path: string | URL) => unknown, (path: string | URL) => unknown]>([
    [
      'one #1.npy',
      (path) => {
        io.writeNpy(path, x);
      },
      (path) => io.readNpy(path),
    ],
    [
      'a b.npz',
      (path) => {
        io.writeNpz(path, { x });
      },
      (path) => io.readNpz(path),
    ],
    [
      'c%.npz',
      (path) => {
        io.saveTensors(path, { x });
      },
      (path) => io.loadTensors(path),
    ],
    [
      'ü.safetensors',
      (path) => {
        io.saveTensors(path, { x });
      },
      (path) => io.loadTensors(path),
    ],
    [
      'e.safetensors',
      (path) => {
        io.writeSafetensors(path, { x });
      },
      (path) => [io.readSafetensors(path), io.readSafetensorsMetadata(path)],
    ],
    [
      'f.csv',
      (path) => {
        io.writeCsv(path, x);
      },
      (path) => io.readCsvTensor(path),
    ],
    [
      'g.csv',
      (path) => {
        io.writeCsv(path, rows);
      },
      (path) => io.readCsv(path),
    ],
    [
      'h.csv',
      (path) => {
        theory.writeRows(path, rows);
      },
      (path) => io.readCsv(path),
    ],
  ])('%s is the same file as text, URL, and text of a URL', async (name, write, read) => {
    const url = pathToFileURL(at(name));
    write(url);
    const found = JSON.stringify(await read(at(name)));
    expect(JSON.stringify(await read(url))).toBe(found);
    expect(JSON.stringify(await read(url.href))).toBe(found);
  });

  it.each<[string, (path: string | URL) => unknown]>([
    ['readNpy', (path) => io.readNpy(path)],
    ['loadTensors', (path) => io.loadTensors(path)],
    ['loadImages', (dataDir) => data.loadImages('fashion-mnist', { dataDir })],
    ['loadTestSet', (dataDir) => data.loadTestSet('npy', { dataDir })],
    ['listDatasets', (path) => data.listDatasets(path)],
    ['checkDataset', (path) => data.checkDataset('idx', path)],
    ['fetchDataset', (path) => data.fetchDataset('cifar10', path)],
    ['listImages', (path) => data.listImages([path])],
    ['decodeImage', (path) => data.decodeImage(path, { height: 1, width: 1, channels: 1 })],
    ['loadTrained', (path) => train.loadTrained(path)],
    ['recordedImages', (path) => train.recordedImages(path, undefined)],
  ])('%s refuses what cannot be one by name', async (_, read) => {
    for (const wrong of [
      new URL('https://example.org/x'),
      new URL('file://host/x'),
      'file:///a%2Fb',
      '',
      'a\0b',
      7,
    ]) {
      const error: unknown = await Promise.resolve()
        .then(() => read(wrong as string))
        .catch((one: unknown) => one);
      expect(error, String(wrong)).toBeInstanceOf(MeanfieldError);
      expect((error as Error).message).toMatch(/^expected a path or a file URL for .*, got /);
    }
  });

  it('data sets and images are found by URL', async () => {
    const url = pathToFileURL(`${folder}/`);
    writeFileSync(at('b.png'), '');
    expect((await data.listImages([url])).files).toEqual([at('b.png')]);
    await expect(data.loadImages('idx', { dataDir: url })).rejects.toThrow(folder);
  });
});
