import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { DataError, UsageError } from '../errors.ts';
import { listDatasets, loadImages } from './catalogue.ts';
import { datasetNames } from './names.ts';
import { checkDataset } from './check.ts';
import { pixelMoments } from './moments.ts';
import { sources } from './sources.ts';
import { temporaryFolder } from '../test-folder.ts';

let root = '';
beforeEach(() => {
  root = temporaryFolder();
});

/** CIFAR-10 files of two records each, of class 0 and the class of the file number. */
function putCifar(): string {
  const folder = join(root, 'cifar-10-batches-bin');
  mkdirSync(folder);
  for (const [i, name] of [1, 2, 3, 4, 5]
    .map((n) => `data_batch_${n}.bin`)
    .concat('test_batch.bin')
    .entries()) {
    const bytes = Buffer.alloc(2 * 3073, 100);
    bytes[0] = 0;
    bytes[3073] = i + 1;
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

describe('loading', () => {
  it('the error for an unknown name suggests the nearest', async () => {
    await expect(loadImages('cifar01')).rejects.toThrow(UsageError);
    await expect(loadImages('cifar01')).rejects.toThrow(/did you mean cifar10\?/);
  });
  it.each(['cifar10', 'cifar100', 'idx', 'image-folder'])('a missing %s is reported', async (name) => {
    await expect(loadImages(name)).rejects.toBeInstanceOf(DataError);
    await expect(loadImages(name, { dataDir: join(root, 'no') })).rejects.toThrow(join(root, 'no'));
  });
  it('mean and deviation are measured on the training set if none are published', async () => {
    const { train, mean, std } = await loadImages('synthetic-images', { seed: 1 });
    expect({ mean, std }).toEqual(pixelMoments(train));
    expect(mean).toHaveLength(1);
  });
  it('published moments are used for CIFAR, whatever the files', async () => {
    putCifar();
    const { mean, std } = await loadImages('cifar10', { dataDir: root });
    expect(mean).toEqual([0.4914, 0.4822, 0.4465]);
    expect(std).toEqual([0.247, 0.2435, 0.2616]);
  });
  it('synthetic images depend on the seed', async () => {
    const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => loadImages('synthetic-images', { seed })));
    expect(b!.train.images).toEqual(a!.train.images);
    expect(c!.train.images).not.toEqual(a!.train.images);
  });
});

describe('options', () => {
  it('limit each set, and keep published moments', async () => {
    putCifar();
    const whole = await loadImages('cifar10', { dataDir: root });
    const { train, test, mean } = await loadImages('cifar10', { dataDir: root, limitTrain: 5, limitTest: 1 });
    expect([train.count, test.count]).toEqual([5, 1]);
    expect([...train.labels]).toEqual([...whole.train.labels].filter((_, i) => i % 2 === 0));
    expect(mean).toEqual(whole.mean);
    await expect(loadImages('cifar10', { dataDir: root, limitTest: 0 })).rejects.toThrow(/limitTest/);
  });
  it('measure the moments of the limited set', async () => {
    const { train, mean } = await loadImages('synthetic-images', { limitTrain: 3 });
    expect(train.count).toBe(3);
    expect(mean).toEqual(pixelMoments(train).mean);
  });
  it('make synthetic images of the requested size, number and kind', async () => {
    const { train, test } = await loadImages('synthetic-images', {
      imageSize: [6, 5],
      channels: 3,
      synthetic: { train: 7, test: 2, classes: 3 },
    });
    expect(train).toMatchObject({ count: 7, height: 6, width: 5, channels: 3 });
    expect(train.classes).toHaveLength(3);
    expect(test.count).toBe(2);
    const square = await loadImages('synthetic-images', { imageSize: 5, synthetic: { train: 1, test: 1 } });
    expect(square.train).toMatchObject({ height: 5, width: 5 });
    await expect(loadImages('synthetic-images', { synthetic: { classes: 1 } })).rejects.toThrow(/classes/);
  });
  it('for a size are refused for sets of fixed size', async () => {
    putCifar();
    for (const option of [{ imageSize: 16 }, { channels: 1 } as const])
      await expect(loadImages('cifar10', { dataDir: root, ...option })).rejects.toThrow(
        /cifar10 has a fixed image size and channels: .*image-folder and synthetic-images/,
      );
  });
});

describe('the list', () => {
  it('has every data set, and says where each was found', () => {
    const before = listDatasets(root);
    expect(before.map(({ name }) => name)).toEqual(datasetNames);
    expect(before.find(({ name }) => name === 'cifar10')?.found).toBeUndefined();
    const folder = putCifar();
    const after = listDatasets(root);
    expect(after.find(({ name }) => name === 'cifar10')?.found).toBe(folder);
    expect(after.find(({ name }) => name === 'cifar100')?.found).toBeUndefined();
    expect(after.find(({ name }) => name === 'synthetic-images')?.found).toBe('generated');
  });
  it('finds a folder of images only if it has both parts', () => {
    const found = (): string | undefined =>
      listDatasets(root).find(({ name }) => name === 'image-folder')?.found;
    mkdirSync(join(root, 'train'));
    expect(found()).toBeUndefined();
    mkdirSync(join(root, 'val'));
    expect(found()).toBe(root);
  });
  it('marks exactly the sets with a known source as fetchable', () => {
    const fetchable = listDatasets().filter((one) => one.fetchable);
    expect(fetchable.map(({ name }) => name).sort()).toEqual(Object.keys(sources).sort());
  });
});

describe('a check', () => {
  it('reports the contents', async () => {
    const folder = putCifar();
    const facts = await checkDataset('cifar10', root);
    expect(facts).toMatchObject({ name: 'cifar10', where: folder, train: 10, test: 2 });
    expect(facts).toMatchObject({ height: 32, width: 32, channels: 3 });
    expect(facts.perClass).toEqual([5, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
    // Measured on these pixels, not published.
    expect(facts.mean).toEqual([100, 100, 100].map((byte) => byte / 255));
    expect(facts.checksum).toBeUndefined();
  });
  it('of synthetic data needs no folder', async () => {
    const facts = await checkDataset('synthetic-images', undefined);
    expect(facts).toMatchObject({ where: 'generated', train: 2048, test: 512 });
    expect(facts.perClass.reduce((sum, count) => sum + count)).toBe(2048);
  });
  it('of an unknown or a missing set is refused', async () => {
    await expect(checkDataset('mnist10', root)).rejects.toBeInstanceOf(UsageError);
    await expect(checkDataset('cifar10', root)).rejects.toBeInstanceOf(DataError);
  });
});
