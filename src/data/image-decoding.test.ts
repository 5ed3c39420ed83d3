import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '../errors.ts';
import { type Channels, type FakeImage, picture, putImage } from './fake-images.ts';
import { decodeImage } from './image-file.ts';
import { readImageFolder } from './image-folder.ts';
import { temporaryFolder } from '../test-folder.ts';

let root = '';
beforeEach(() => {
  root = temporaryFolder();
});

const put = (...image: FakeImage): Promise<string> => putImage(root, ...image);

const largest = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((max, byte, i) => Math.max(max, Math.abs(byte - b[i]!)), a.length === b.length ? 0 : 999);

describe('an image', () => {
  it.each<[string, Channels, number]>([
    ['a.png', 3, 0],
    ['a.webp', 3, 0],
    ['a.jpg', 3, 4],
    ['a.jpeg', 3, 4],
    ['a.png', 1, 0],
    ['a.jpg', 1, 4],
  ])('%s with %i channels has its bytes (to %i)', async (name, channels, tolerance) => {
    const bytes = picture(8, 6, channels);
    const path = await put(name, bytes, 8, 6, channels);
    const decoded = await decodeImage(path, { height: 8, width: 6, channels });
    expect(largest(decoded, bytes)).toBeLessThanOrEqual(tolerance);
  });
  it('in grey is converted to colour, and in colour to grey, as needed', async () => {
    const bytes = picture(4, 4, 1);
    const path = await put('gray.png', bytes, 4, 4, 1);
    const coloured = await decodeImage(path, { height: 4, width: 4, channels: 3 });
    expect([...coloured]).toEqual([...bytes].flatMap((byte) => [byte, byte, byte]));
    const white = await put('white.png', Buffer.alloc(48, 255), 4, 4, 3);
    expect([...(await decodeImage(white, { height: 4, width: 4, channels: 1 }))]).toEqual(
      new Array<number>(16).fill(255),
    );
  });
  it('is scaled to cover the size, and its middle is kept', async () => {
    // Black, white, black thirds: a square from the middle is white.
    const bytes = Buffer.from(
      Array.from({ length: 10 * 30 }, (_, i) => (i % 30 >= 10 && i % 30 < 20 ? 255 : 0)),
    );
    const path = await put('wide.png', bytes, 10, 30, 1);
    const decoded = await decodeImage(path, { height: 10, width: 10, channels: 1 });
    expect(decoded.every((byte) => byte === 255)).toBe(true);
    expect(await decodeImage(path, { height: 5, width: 15, channels: 1 })).toHaveLength(75);
  });
  it.each([
    ['an HTML page', '<!DOCTYPE html><title>404</title>'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00'],
    ['a gzip file', '\x1f\x8b\x08'],
  ])('that is %s is named', async (what, content) => {
    const path = join(root, 'other.png');
    writeFileSync(path, content, 'latin1');
    const decode = decodeImage(path, { height: 4, width: 4, channels: 3 });
    await expect(decode).rejects.toThrow(`${path} is ${what}`);
    await expect(decode).rejects.toThrow('expected an image (PNG, JPEG');
  });
  it('that is damaged, or not an image, is refused by its name in one line', async () => {
    const whole = await put('whole.png', picture(40, 40, 3), 40, 40, 3);
    const broken = join(root, 'broken.png');
    writeFileSync(broken, readFileSync(whole).subarray(0, 90));
    const words = join(root, 'words.png');
    writeFileSync(words, 'words');
    for (const path of [broken, words]) {
      const decode = decodeImage(path, { height: 4, width: 4, channels: 3 });
      await expect(decode).rejects.toBeInstanceOf(DataError);
      await expect(decode).rejects.toThrow(`${path} cannot be read as an image`);
      await expect(decode).rejects.not.toThrow(/\n/);
    }
  });

  it('ignores EXIF orientation, as torchvision does', async () => {
    const path = join(root, 'turned.png');
    const stored = Buffer.from([1, 2, 3, 4, 5, 6]);
    await sharp(stored, { raw: { height: 2, width: 3, channels: 1 } })
      .toColourspace('b-w')
      .withMetadata({ orientation: 6 })
      .png()
      .toFile(path);
    expect([...(await decodeImage(path, { height: 2, width: 3, channels: 1 }))]).toEqual([...stored]);
    await put('set/train/a/1.png', picture(2, 3, 1), 2, 3, 1);
    mkdirSync(join(root, 'set/train/0'), { recursive: true });
    writeFileSync(join(root, 'set/train/0/1.png'), readFileSync(path));
    await put('set/test/a/1.png', picture(2, 3, 1), 2, 3, 1);
    expect((await readImageFolder(join(root, 'set'))).train).toMatchObject({ height: 2, width: 3 });
  });
});
