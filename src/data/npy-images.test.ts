import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { DataError, UsageError } from '../errors.ts';
import { encodeNpy, type SafetensorsDType } from '../io/index.ts';
import { listDatasets, loadImages, loadTestSet } from './catalogue.ts';
import { npyTestFiles } from './npy-images.ts';
import { temporaryFolder } from '../test-folder.ts';

let root = '';
beforeEach(() => {
  root = temporaryFolder();
});

function put(
  name: string,
  shape: readonly number[],
  data: ArrayBufferView,
  dtype: SafetensorsDType = 'U8',
): string {
  const path = join(root, name);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  writeFileSync(path, Buffer.concat(encodeNpy({ dtype, shape, data: bytes })));
  return path;
}
const images = Uint8Array.from({ length: 3 * 4 * 5 * 3 }, (_, i) => (7 * i) % 256);
const putImages = (name: string): string => put(name, [3, 4, 5, 3], images);

it.each<[string, string, SafetensorsDType, ArrayBufferView]>([
  ['cifar10.1_v6_data.npy', 'cifar10.1_v6_labels.npy', 'I32', Int32Array.of(2, 0, 1)],
  ['gaussian_noise.npy', 'labels.npy', 'U8', Uint8Array.of(2, 0, 1)],
  ['x_test.npy', 'y_test.npy', 'I64', BigInt64Array.of(2n, 0n, 1n)],
  ['test_images.npy', 'test_labels.npy', 'I16', Int16Array.of(2, 0, 1)],
])('%s is read with its labels, by its path and by its folder', async (name, labels, dtype, values) => {
  const path = putImages(name);
  put(labels, [3], values, dtype);
  for (const dataDir of [root, path]) {
    const { test } = await loadTestSet('npy', { dataDir });
    expect(test).toMatchObject({ count: 3, height: 4, width: 5, channels: 3, classes: ['0', '1', '2'] });
    expect(test.images).toEqual(images);
    expect([...test.labels]).toEqual([2, 0, 1]);
    expect(listDatasets(dataDir).find((one) => one.name === 'npy')?.found).toBe(path);
  }
  const named = await loadTestSet('npy', { dataDir: root, classes: ['a', 'b', 'c', 'd'] });
  expect(named.test.classes).toEqual(['a', 'b', 'c', 'd']);
  await expect(loadTestSet('npy', { dataDir: root, classes: ['a', 'b'] })).rejects.toThrow(
    `${labels}: the label of record 0 is 2, out of range 0..1`,
  );
});

it('grey images need no channel axis', async () => {
  put('data.npy', [2, 3, 1], Uint8Array.of(1, 2, 3, 4, 5, 6));
  put('labels.npy', [2, 1], Uint8Array.of(1, 0));
  expect((await loadTestSet('npy', { dataDir: root })).test).toMatchObject({
    count: 2,
    height: 3,
    width: 1,
    channels: 1,
  });
});

it('a file of CIFAR-10-C holds the same images at five severities', async () => {
  const labels = Uint8Array.of(1, 0, 2);
  const all = Uint8Array.from({ length: 15 }, (_, i) => labels[i % 3]!);
  const many = new Uint8Array(15 * 60);
  put('labels.npy', [15], all);
  const fog = await loadTestSet('npy', { dataDir: put('fog.npy', [15, 4, 5, 3], many) });
  expect(fog.severities).toBe(5);
  // A subset of the images is not five severities of them.
  const part = await loadTestSet('npy', { dataDir: join(root, 'fog.npy'), limitTest: 4 });
  expect(part.severities).toBeUndefined();
  // Another name, and other labels.
  const other = await loadTestSet('npy', { dataDir: put('mine.npy', [15, 4, 5, 3], many) });
  expect(other.severities).toBeUndefined();
  put('labels.npy', [3], labels);
  const short = await loadTestSet('npy', { dataDir: join(root, 'fog.npy') });
  expect(short.severities).toBe(5);
  expect([...short.test.labels]).toEqual([...all]);
  put(
    'labels.npy',
    [15],
    all.map((label, i) => (i === 14 ? 0 : label)),
  );
  const shuffled = await loadTestSet('npy', { dataDir: join(root, 'fog.npy') });
  expect(shuffled.severities).toBeUndefined();
  put(
    'labels.npy',
    [50_000],
    new Uint8Array(50_000).map((_, i) => i % 10),
  );
  const large = put('own.npy', [50_000, 1, 1, 1], new Uint8Array(50_000));
  expect((await loadTestSet('npy', { dataDir: large })).severities).toBe(5);
});

it('a folder stands for its files if they share their labels', () => {
  putImages('fog.npy');
  expect(npyTestFiles(root)).toEqual([root]);
  putImages('snow.npy');
  put('labels.npy', [3], Uint8Array.of(2, 0, 1));
  expect(npyTestFiles(root)).toEqual([join(root, 'fog.npy'), join(root, 'snow.npy')]);
  expect(npyTestFiles(join(root, 'fog.npy'))).toEqual([join(root, 'fog.npy')]);
  putImages('v6_data.npy');
  put('v6_labels.npy', [3], Uint8Array.of(2, 0, 1));
  expect(npyTestFiles(root)).toEqual([root]);
});

it('one of several image files must be chosen', async () => {
  putImages('fog.npy');
  put('labels.npy', [3], Uint8Array.of(2, 0, 1));
  const snow = putImages('snow.npy');
  await expect(loadTestSet('npy', { dataDir: root })).rejects.toThrow(
    `${root} has 2 image files: choose one, such as --data-dir ${join(root, 'fog.npy')} (fog.npy, snow.npy)`,
  );
  expect((await loadTestSet('npy', { dataDir: snow })).test.count).toBe(3);
});

it.each<[string, () => void, RegExp]>([
  ['that are nowhere', () => undefined, /npy not found/],
  [
    'without labels',
    () => void putImages('data.npy'),
    /the labels of data\.npy not found|labels of data\.npy/,
  ],
  [
    'with labels of another count',
    () => {
      putImages('data.npy');
      put('labels.npy', [2], Uint8Array.of(1, 0));
    },
    /labels\.npy has 2 labels for the 3 images of .*data\.npy/,
  ],
  [
    'of floats',
    () => {
      put('data.npy', [1, 1, 1, 3], new Float32Array(3), 'F32');
      put('labels.npy', [1], Uint8Array.of(0));
    },
    /data\.npy holds \[1, 1, 1, 3\] of f32: expected images as bytes/,
  ],
  [
    'with channels first',
    () => {
      put('data.npy', [1, 3, 4, 5], new Uint8Array(60));
      put('labels.npy', [1], Uint8Array.of(0));
    },
    /expected images as bytes, \[N, H, W, C\]/,
  ],
  [
    'with labels of floats',
    () => {
      putImages('data.npy');
      put('labels.npy', [3], new Float64Array(3), 'F64');
    },
    /labels\.npy holds \[3\] of f64: expected class indices/,
  ],
  [
    'that are cut off',
    () => {
      writeFileSync(join(root, 'data.npy'), '\x93NUMPY');
      put('labels.npy', [3], Uint8Array.of(2, 0, 1));
    },
    /data\.npy is /,
  ],
])('images %s are refused by name', async (_, prepare, message) => {
  mkdirSync(root, { recursive: true });
  prepare();
  const read = loadTestSet('npy', { dataDir: root });
  await expect(read).rejects.toBeInstanceOf(DataError);
  await expect(read).rejects.toThrow(message);
});

it('there is nothing to train on', async () => {
  await expect(loadImages('npy', { dataDir: root })).rejects.toBeInstanceOf(UsageError);
  await expect(loadImages('npy', { dataDir: root })).rejects.toThrow(
    /\((npx meanfield|meanfield|node \S+) evaluate RUN --dataset npy/,
  );
});
