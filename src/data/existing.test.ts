import { mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '../errors.ts';
import { type CifarName, cifarLayouts } from './cifar-layouts.ts';
import { locateCifar } from './cifar-locate.ts';
import { existingCopy } from './existing.ts';
import { fetchDataset } from './fetch.ts';
import { findIdxSet } from './idx-sets.ts';
import { sources } from './sources.ts';
import { temporaryFolder } from '../test-folder.ts';

let root = '';
beforeEach(() => {
  root = temporaryFolder();
});

/** A file of zeros, which takes no room on the disk. */
function zeros(file: string, bytes: number, head: Uint8Array = new Uint8Array()): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, head);
  truncateSync(file, bytes);
}

const record: Record<CifarName, number> = { cifar10: 3073, cifar100: 3074 };

/** Images of class 0, all black: one in a thousand of the published ones. */
const small = 1000;
function putCifar(name: CifarName, folder: string, share = small): void {
  const { train, test } = cifarLayouts[name].binary;
  for (const [files, images] of [
    [train, 50_000 / share],
    [test, 10_000 / share],
  ] as const)
    for (const file of files) zeros(join(folder, file), (images / files.length) * record[name]);
}

function putIdx(folder: string, share = small): void {
  for (const [part, images] of [
    ['train', 60_000 / share],
    ['t10k', 10_000 / share],
  ] as const) {
    const count = [0, 0, images >> 8, images & 255];
    const sizes = [0, 0, 0, 28, 0, 0, 0, 28];
    zeros(
      join(folder, `${part}-images-idx3-ubyte`),
      16 + images * 784,
      Uint8Array.of(0, 0, 8, 3, ...count, ...sizes),
    );
    zeros(join(folder, `${part}-labels-idx1-ubyte`), 8 + images, Uint8Array.of(0, 0, 8, 1, ...count));
  }
}

function found(name: string): Promise<string | undefined> {
  const { images, ...publication } = sources[name]!;
  return existingCopy(name, root, {
    ...publication,
    images: { train: images.train / small, test: images.test / small },
  });
}

describe('a complete copy is not fetched again', () => {
  it.each([
    ['cifar10', 'cifar-10-batches-bin'],
    ['cifar10', '.'],
    ['cifar100', 'cifar-100-binary'],
  ] as const)('%s, extracted in %s', async (name, folder) => {
    putCifar(name, join(root, folder));
    expect(await found(name)).toBe(join(root, folder));
  });
  it.each([
    ['fashion-mnist', 'FashionMNIST/raw'],
    ['fashion-mnist', 'fashion-mnist'],
    ['mnist', 'MNIST/raw'],
    ['mnist', '.'],
  ] as const)('%s, unpacked in %s', async (name, folder) => {
    putIdx(join(root, folder));
    expect(await found(name)).toBe(join(root, folder));
  });
  it('of full size, by fetchDataset', async () => {
    putIdx(root, 1);
    const before = readdirSync(root);
    expect(await fetchDataset('mnist', root)).toEqual({
      name: 'mnist',
      path: root,
      cached: true,
      files: [],
    });
    expect(readdirSync(root)).toEqual(before);
  });
});

describe('what is incomplete is fetched', () => {
  it('a folder without one of its files, which the archive then takes precedence over', async () => {
    const folder = join(root, 'cifar-10-batches-bin');
    putCifar('cifar10', folder);
    rmSync(join(folder, 'data_batch_4.bin'));
    expect(await found('cifar10')).toBeUndefined();
    const archive = join(root, 'cifar-10-binary.tar.gz');
    writeFileSync(archive, '');
    expect(locateCifar('cifar10', root)).toEqual({ kind: 'archive', path: archive });
  });
  it('IDX files without labels, and a complete folder takes precedence over them', async () => {
    putIdx(join(root, 'fashion-mnist'));
    rmSync(join(root, 'fashion-mnist', 't10k-labels-idx1-ubyte'));
    expect(await found('fashion-mnist')).toBeUndefined();
    putIdx(join(root, 'FashionMNIST', 'raw'));
    expect(findIdxSet('fashion-mnist', root)).toBe(join(root, 'FashionMNIST', 'raw'));
  });
  it('the published archive itself: its checksum decides', async () => {
    writeFileSync(join(root, 'cifar-10-binary.tar.gz'), 'something else');
    await expect(fetchDataset('cifar10', root)).rejects.toThrow(/bytes, the archive .*remove or move it/);
  });
  it('an empty folder, another set, and a set of the system elsewhere', async () => {
    expect(await found('cifar10')).toBeUndefined();
    expect(await found('fashion-mnist')).toBeUndefined();
    putCifar('cifar100', join(root, 'cifar-100-binary'));
    expect(await found('cifar10')).toBeUndefined();
  });
});

it.each([
  ['too few images', 9 * 3073, /\(49 \+ 10 images instead of 50 \+ 10\)/],
  ['a cut record', 10 * 3073 - 5, /data_batch_5\.bin is truncated/],
])('a folder with %s is damaged: it would be read instead of what is fetched', async (_, bytes, reason) => {
  const folder = join(root, 'cifar-10-batches-bin');
  putCifar('cifar10', folder);
  truncateSync(join(folder, 'data_batch_5.bin'), bytes);
  const error = await found('cifar10').then(undefined, (caught: unknown) => caught as Error);
  expect(error).toBeInstanceOf(DataError);
  expect((error as Error).message).toMatch(reason);
  expect((error as Error).message).toMatch(
    /cifar-10-batches-bin is a damaged copy of cifar10 .*: remove or move it, and fetch again$/,
  );
});
