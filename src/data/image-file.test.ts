/** Images are read as Pillow reads them: files and pixels were made by test/peers/pil_images.py. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, decodeImageBytes, imageFacts } from './image-file.ts';
import { temporaryFolder } from '../test-folder.ts';

interface Reference {
  readonly mode: string;
  readonly width: number;
  readonly height: number;
  /** Base64. */
  readonly file: string;
  /** `Image.open(f).convert('RGB')`, and its `convert('L')`. */
  readonly rgb: string;
  readonly grey: string;
}

const fixture = join(import.meta.dirname, '..', '..', 'test', 'data', 'pil-images.json');
const references = JSON.parse(readFileSync(fixture, 'utf8')) as Record<string, Reference>;
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

const root = temporaryFolder();

const largest = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((max, byte, i) => Math.max(max, Math.abs(byte - b[i]!)), a.length === b.length ? 0 : 999);

/** Documented differences from Pillow. */
const differs: Readonly<Record<string, 'scaled' | 'black where transparent'>> = {
  'grey-16.png': 'scaled',
  'grey-16-dark.png': 'scaled',
  'grey-16.tif': 'scaled',
  'transparent.gif': 'black where transparent',
};
/** JPEG decoders round differently. */
const tolerance = (name: string): number => (name.endsWith('.jpg') ? 2 : 0);

describe('the pixels of a file equal convert("RGB")', () => {
  it.each(Object.keys(references).filter((name) => !(name in differs)))('%s', async (name) => {
    const { file, width, height, rgb, grey } = references[name]!;
    const path = join(root, name);
    writeFileSync(path, bytesOf(file));
    expect(await imageFacts(path)).toMatchObject({ width, height });
    const colour = await decodeImage(path, { height, width, channels: 3 });
    expect(largest(colour, bytesOf(rgb))).toBeLessThanOrEqual(tolerance(name));
    const asGrey = await decodeImage(path, { height, width, channels: 1 });
    expect(largest(asGrey, bytesOf(grey))).toBeLessThanOrEqual(tolerance(name));
    const inMemory = await decodeImageBytes(bytesOf(file), name, 3);
    expect(inMemory).toMatchObject({ width, height });
    expect([...inMemory.data]).toEqual([...colour]);
  });
});

it('grey of 16 bits keeps its range, which Pillow clips at 255', async () => {
  const path = join(root, 'deep.png');
  await sharp(Uint16Array.of(0, 256, 25600, 65535), { raw: { height: 1, width: 4, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toFile(path);
  expect([...(await decodeImage(path, { height: 1, width: 4, channels: 1 }))]).toEqual([0, 1, 100, 255]);
  expect([...bytesOf(references['grey-16.png']!.rgb)]).toContain(255);
});

it('the transparent pixels of a GIF are black, the others those of Pillow', async () => {
  const { file, width, height, rgb } = references['transparent.gif']!;
  const { data } = await decodeImageBytes(bytesOf(file), 'transparent.gif', 3);
  const clear = await sharp(bytesOf(file)).ensureAlpha().raw().toBuffer();
  const expected = bytesOf(rgb).map((byte, i) => (clear[4 * Math.floor(i / 3) + 3] === 0 ? 0 : byte));
  expect(data).toHaveLength(3 * width * height);
  expect([...data]).toEqual([...expected]);
});

it('scaling does not weight colours by their alpha', async () => {
  const path = join(root, 'half.png');
  // Opaque red beside transparent blue.
  const rows = (red: number[], blue: number[]): Buffer => Buffer.from([red, blue, red, blue].flat());
  const size = { height: 2, width: 2 };
  const clear = rows([200, 0, 0, 255], [0, 0, 200, 0]);
  await sharp(clear, { raw: { ...size, channels: 4 } })
    .png()
    .toFile(path);
  const opaque = await sharp(rows([200, 0, 0], [0, 0, 200]), { raw: { ...size, channels: 3 } })
    .resize(1, 1, { fit: 'cover' })
    .raw()
    .toBuffer();
  expect([...(await decodeImage(path, { height: 1, width: 1, channels: 3 }))]).toEqual([...opaque]);
});
