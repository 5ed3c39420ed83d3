/** The files are written by pyarrow: test/peers/cifar_parquet.py. */
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { DataError } from '../errors.ts';
import { cifarClassNames } from './cifar-class-names.ts';
import { readCifar, readCifarTest } from './cifar.ts';
import { locateCifar } from './cifar-locate.ts';
import type { ImageSet } from './types.ts';
import { temporaryFolder } from '../test-folder.ts';

const published = join(import.meta.dirname, '..', '..', 'test', 'data');
const shard = 'train-00000-of-00001.parquet';

let root = '';
beforeEach(() => {
  root = temporaryFolder();
});

function expectImages({ images, labels }: ImageSet, first: number, classes: number): void {
  const wrong: number[] = [];
  labels.forEach((label, i) => {
    expect(label).toBe((3 * (first + i) + 1) % classes);
    for (let at = 0; at < 3072; at++) {
      const [y, x, c] = [Math.floor(at / 96), Math.floor(at / 3) % 32, at % 3];
      const expected = (53 * (first + i) + 83 * c + 7 * y + 3 * x) % 256;
      if (images[i * 3072 + at] !== expected) wrong.push(i * 3072 + at);
    }
  });
  expect(wrong).toEqual([]);
}

it.each([
  ['cifar10', 'plain_text', 10],
  ['cifar100', 'cifar100', 100],
] as const)(
  '%s is read pixel by pixel, from the folder, its ancestors and the cache',
  async (name, folder, classes) => {
    const inCache = join(root, `datasets--uoft-cs--${name}`, 'snapshots', 'abc');
    cpSync(join(published, name), inCache, { recursive: true });
    for (const place of [published, join(published, name), join(published, name, folder), root]) {
      expect(locateCifar(name, place).kind).toBe('parquet');
      const { train, test } = await readCifar(name, place);
      expect(train).toMatchObject({ name, count: 5, height: 32, width: 32, channels: 3 });
      expect(test.count).toBe(2);
      expect(train.classes).toEqual(Array.from({ length: classes }, (_, c) => `kind ${c}`));
      expectImages(train, 0, classes);
      expectImages(test, 5, classes);
    }
  },
);

it('several files of a part are concatenated', async () => {
  for (const part of ['train', 'test'])
    copyFileSync(
      join(published, 'cifar10', 'plain_text', `${part}-00000-of-00001.parquet`),
      join(root, `train-0000${part === 'train' ? 0 : 1}-of-00002.parquet`),
    );
  copyFileSync(join(root, 'train-00001-of-00002.parquet'), join(root, 'test-00000-of-00001.parquet'));
  const { train } = await readCifar('cifar10', root);
  expect(train.count).toBe(7);
  expectImages(train, 0, 10);
});

const copyTo = (source: string, ...names: string[]): string => {
  const to = join(root, ...names);
  mkdirSync(join(to, '..'), { recursive: true });
  copyFileSync(join(published, source), to);
  return to;
};

it('a missing or duplicate shard is named', async () => {
  const cifar10 = join('cifar10', 'plain_text', shard);
  copyTo(cifar10, 'train-00000-of-00003.parquet');
  copyTo(cifar10, 'train-00002-of-00003.parquet');
  copyTo('cifar10/plain_text/test-00000-of-00001.parquet', 'test-00000-of-00001.parquet');
  await expect(readCifar('cifar10', root)).rejects.toThrow(
    `cifar10: ${join(root, 'train-00001-of-00003.parquet')} is missing`,
  );
  const middle = copyTo(cifar10, 'train-00001-of-00003.parquet');
  expect((await readCifar('cifar10', root)).train.count).toBe(15);
  for (const copy of ['train-00000-of-00001.parquet', 'train.parquet', 'old-train-00000-of-00003.parquet']) {
    copyTo(cifar10, copy);
    await expect(readCifar('cifar10', root)).rejects.toThrow(
      /train.* and .*train.* are two copies of one part/,
    );
    rmSync(join(root, copy));
  }
  rmSync(middle);
  expect((await readCifarTest('cifar10', root)).test.count).toBe(2);
});

it("the hub's automatic layout is read, and a file in place of its folder", async () => {
  for (const part of ['train', 'test'])
    copyTo(`cifar10/plain_text/${part}-00000-of-00001.parquet`, 'default', part, '0000.parquet');
  expect((await readCifar('cifar10', root)).train.count).toBe(5);
  expectImages((await readCifar('cifar10', join(root, 'default'))).train, 0, 10);
  const file = join(published, 'cifar10', 'plain_text', shard);
  expectImages((await readCifar('cifar10', file)).train, 0, 10);
});

it('labels of cifar10 are not read as those of cifar100', async () => {
  const folder = join(published, 'cifar10', 'plain_text');
  await expect(readCifar('cifar100', folder)).rejects.toThrow(/has the labels of cifar10, not of cifar100/);
  copyFileSync(join(published, 'unnamed.parquet'), join(root, 'train.parquet'));
  copyFileSync(join(published, 'unnamed.parquet'), join(root, 'test.parquet'));
  await expect(readCifar('cifar100', root)).rejects.toThrow(/has the labels of cifar10, not of cifar100/);
  const { classes } = (await readCifar('cifar10', root)).train;
  expect(classes).toEqual(cifarClassNames.cifar10);
});

it('a test set is read without the training set, whose absence is reported by name where it is needed', async () => {
  copyFileSync(
    join(published, 'cifar10', 'plain_text', 'test-00000-of-00001.parquet'),
    join(root, 'test.parquet'),
  );
  const { test } = await readCifarTest('cifar10', root);
  expectImages(test, 5, 10);
  await expect(readCifar('cifar10', root)).rejects.toThrow(`${join(root, 'train-*.parquet')} is missing`);
});

it('unsupported files are refused by name: other sets, other compressions, damage, pages', async () => {
  const path = join(root, shard);
  mkdirSync(root, { recursive: true });
  const good = readFileSync(join(published, 'cifar100', 'cifar100', shard));
  writeFileSync(path, good);
  await expect(readCifar('cifar10', root)).rejects.toThrow(
    `${path} has the columns img, fine_label, coarse_label; expected img and label: is it cifar10?`,
  );
  copyFileSync(join(published, 'zstd.parquet'), path);
  await expect(readCifar('cifar10', root)).rejects.toThrow(
    /is compressed with ZSTD, which is not supported; convert it: python3 -c .*snappy/,
  );
  for (const bytes of [good.subarray(0, 3000), Buffer.from('<html>'), Buffer.alloc(0)]) {
    writeFileSync(path, bytes);
    const read = readCifar('cifar100', root);
    await expect(read).rejects.toBeInstanceOf(DataError);
    await expect(read).rejects.toThrow(`${path} is damaged or not Parquet`);
  }
});
