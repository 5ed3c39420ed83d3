import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '../errors.ts';
import { findIdxSet, loadIdxSet } from './idx-sets.ts';
import { temporaryFolder } from '../test-folder.ts';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

/** One image of one pixel, `shade`, in each part. */
function put(shade: number, ...folders: string[]): string {
  const folder = join(root, ...folders);
  mkdirSync(folder, { recursive: true });
  for (const part of ['train', 't10k']) {
    writeFileSync(
      join(folder, `${part}-images-idx3-ubyte`),
      Buffer.from([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, shade]),
    );
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), Buffer.from([0, 0, 8, 1, 0, 0, 0, 1, 4]));
  }
  return folder;
}

describe('the location of a set', () => {
  it('is its own folder before the data folder, so that sets with the same file names can coexist', () => {
    const plain = put(1);
    expect(findIdxSet('mnist', root)).toBe(plain);
    const [mnist, fashion] = [put(2, 'mnist'), put(3, 'fashion-mnist')];
    expect(findIdxSet('mnist', root)).toBe(mnist);
    expect(findIdxSet('fashion-mnist', root)).toBe(fashion);
    expect(findIdxSet('idx', root)).toBe(plain);
    expect([...loadIdxSet('mnist', root).train.images]).toEqual([2]);
    expect([...loadIdxSet('fashion-mnist', root).test.images]).toEqual([3]);
  });
  it('may be the folder of torchvision', () => {
    const [mnist, fashion] = [put(1, 'MNIST', 'raw'), put(2, 'FashionMNIST', 'raw')];
    expect(findIdxSet('mnist', root)).toBe(mnist);
    expect(findIdxSet('fashion-mnist', root)).toBe(fashion);
  });
  it('that is missing is reported with how to get it', () => {
    expect(findIdxSet('mnist', root)).toBeUndefined();
    expect(() => loadIdxSet('mnist', root)).toThrow(DataError);
    expect(() => loadIdxSet('mnist', root)).toThrow(join(root, 'mnist'));
    expect(() => loadIdxSet('mnist', root)).toThrow(/meanfield data fetch mnist/);
    expect(() => loadIdxSet('idx', undefined)).toThrow(/give --data-dir/);
  });
  it('given by the user comes before that of the system', () => {
    expect(findIdxSet('fashion-mnist', put(7))).toBe(root);
  });
});

it('classes have names if the set has them, and their numbers otherwise', () => {
  put(1);
  expect(loadIdxSet('fashion-mnist', root).train.classes[4]).toBe('coat');
  expect(loadIdxSet('mnist', root).train.classes).toEqual(Array.from({ length: 10 }, (_, c) => String(c)));
  expect(loadIdxSet('idx', root).train.classes).toEqual(['0', '1', '2', '3', '4']);
});

it.skipIf(!existsSync('/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz'))(
  "Debian's Fashion-MNIST is found and complete",
  () => {
    const { train, test } = loadIdxSet('fashion-mnist', undefined);
    expect(train).toMatchObject({ count: 60_000, height: 28, width: 28, channels: 1 });
    expect(test.count).toBe(10_000);
    const counts = new Array<number>(10).fill(0);
    for (const label of train.labels) counts[label] = counts[label]! + 1;
    expect(counts).toEqual(new Array<number>(10).fill(6000));
  },
);
