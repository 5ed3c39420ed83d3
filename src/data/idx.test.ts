import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '../errors.ts';
import { loadImages } from './catalogue.ts';
import { hasIdxSet, readIdx, readIdxSet } from './idx.ts';
import { temporaryFolder } from '../test-folder.ts';

let root = '';
beforeEach(() => {
  root = temporaryFolder();
});

/** An IDX file of these sizes and bytes. */
function idx(sizes: readonly number[], bytes: ArrayLike<number>, type = 8): Buffer {
  const head = Buffer.alloc(4 + 4 * sizes.length);
  head.set([0, 0, type, sizes.length]);
  sizes.forEach((size, i) => head.writeUInt32BE(size, 4 + 4 * i));
  return Buffer.concat([head, Buffer.from(Array.from(bytes))]);
}
function put(name: string, bytes: Uint8Array): string {
  writeFileSync(join(root, name), bytes);
  return join(root, name);
}
const pixels = (count: number): number[] => Array.from({ length: count }, (_, i) => (i * 37) % 256);
/** Two training images of 3 x 2, three test images. */
function putSet(trainLabels = [1, 2], testLabels = [0, 1, 2], testSizes = [3, 3, 2]): void {
  put('train-images-idx3-ubyte', idx([2, 3, 2], pixels(12)));
  put('train-labels-idx1-ubyte', idx([2], trainLabels));
  put('t10k-images-idx3-ubyte.gz', gzipSync(idx(testSizes, pixels(18))));
  put('t10k-labels-idx1-ubyte.gz', gzipSync(idx([3], testLabels)));
}

describe('a file', () => {
  it('yields its sizes and bytes, gzipped or not', () => {
    const bytes = idx([2, 3, 2], pixels(12));
    for (const path of [
      put('a', bytes),
      put('a.gz', gzipSync(bytes)),
      put('b.gz', bytes),
      put('b', gzipSync(bytes)),
    ]) {
      const found = readIdx(path, 3);
      expect(found.sizes).toEqual([2, 3, 2]);
      expect([...found.bytes]).toEqual(pixels(12));
    }
  });
  it.each<[string, Buffer, RegExp]>([
    ['empty', Buffer.alloc(0), /is empty; expected an IDX file/],
    ['that is something else', Buffer.from('PK words'), /is text; expected an IDX file/],
    ['of no known kind', Buffer.of(7, 0, 1, 2), /is not an IDX file: its first bytes are not 0 0/],
    ['that is a page', Buffer.from('<html>404</html>'), /is an HTML page; expected an IDX file; download/],
    ['of floats', idx([1, 1, 1], [0, 0, 0, 0], 0x0d), /IDX type 0xd, unsigned bytes \(0x8\)/],
    ['of another rank', idx([12], pixels(12)), /rank 1, expected 3: are images and labels swapped/],
    ['with half a header', idx([2, 3, 2], []).subarray(0, 9), /truncated: its header is incomplete/],
    [
      'that lacks a byte',
      idx([2, 3, 2], pixels(11)),
      /truncated: 2 x 3 x 2 needs 12 bytes of data, it has 11/,
    ],
    ['with a byte too many', idx([2, 3, 2], pixels(13)), /too long: 2 x 3 x 2 needs 12 bytes .* has 13/],
    ['of immense sizes', idx([0xffffffff, 0xffffffff, 0xffffffff], []), /truncated/],
  ])('%s is refused by its name', (_, bytes, words) => {
    const path = put('a', bytes);
    expect(() => readIdx(path, 3)).toThrow(words);
    expect(() => readIdx(path, 3)).toThrow(DataError);
    expect(() => readIdx(path, 3)).toThrow(path);
  });
  it('gzipped and truncated at any byte is refused', () => {
    const bytes = gzipSync(idx([2, 3, 2], pixels(12)));
    for (let length = 0; length < bytes.length; length++) {
      const path = put('a.gz', bytes.subarray(0, length));
      expect(() => readIdx(path, 3), `${length} bytes`).toThrow(DataError);
    }
  });
});

describe('a set', () => {
  it('has its images, labels and classes', () => {
    putSet();
    const train = readIdxSet('things', root, 'train');
    expect(train).toMatchObject({ name: 'things', count: 2, height: 3, width: 2, channels: 1 });
    expect([...train.images]).toEqual(pixels(12));
    expect([...train.labels]).toEqual([1, 2]);
    expect(train.classes).toEqual(['0', '1', '2']);
    expect(readIdxSet('things', root, 't10k').count).toBe(3);
  });
  it.each(['train-images-idx3-ubyte.gz', 'train-images.idx3-ubyte', 'train-images-idx3-ubyte'])(
    'is found as %s',
    (name) => {
      expect(hasIdxSet(root)).toBe(false);
      put(name, Buffer.alloc(0));
      expect(hasIdxSet(root)).toBe(true);
    },
  );
  it('without its labels is reported with their name and the folder', () => {
    put('train-images-idx3-ubyte', idx([2, 3, 2], pixels(12)));
    expect(() => readIdxSet('things', root, 'train')).toThrow(/train-labels-idx1-ubyte/);
    expect(() => readIdxSet('things', root, 'train')).toThrow(root);
    expect(() => readIdxSet('things', root, 't10k')).toThrow(/t10k-images-idx3-ubyte/);
  });
  it('with different numbers of labels and images is refused with both', () => {
    putSet();
    put('train-labels-idx1-ubyte', idx([3], [0, 1, 2]));
    expect(() => readIdxSet('things', root, 'train')).toThrow(/has 2 images, .* 3 labels/);
  });
  it('with a label beyond its classes is refused with the record', () => {
    putSet();
    expect(() => readIdxSet('things', root, 'train', ['a', 'b'])).toThrow(
      /train-labels-idx1-ubyte: the label of record 1 is 2, out of range 0\.\.1/,
    );
  });
  it('without images is refused', () => {
    put('train-images-idx3-ubyte', idx([0, 3, 2], []));
    put('train-labels-idx1-ubyte', idx([0], []));
    expect(() => readIdxSet('things', root, 'train')).toThrow(/holds no images: 0 x 3 x 2/);
  });
});

describe('both parts', () => {
  it('have the training classes', async () => {
    putSet();
    const { train, test } = await loadImages('idx', { dataDir: root });
    expect(test.classes).toEqual(train.classes);
    expect([...test.labels]).toEqual([0, 1, 2]);
  });
  it('are refused if the test set has a class that training lacks', async () => {
    putSet([0, 1]);
    await expect(loadImages('idx', { dataDir: root })).rejects.toThrow(
      /t10k-labels-idx1-ubyte\.gz: the label of record 2 is 2, out of range 0\.\.1/,
    );
  });
  it('are refused if their images differ in size', async () => {
    putSet([1, 2], [0, 1, 2], [3, 2, 3]);
    await expect(loadImages('idx', { dataDir: root })).rejects.toThrow(/3 x 2 pixels, test images 2 x 3/);
  });
});
