import sharp from 'sharp';
import { expect, it } from 'vitest';
import { encodePng } from './png.ts';

it.each([1, 3])('an image of %i channels is read back by another program, byte by byte', async (channels) => {
  for (const [width, height] of [
    [1, 1],
    [32, 32],
    [7, 300],
  ] as const) {
    const pixels = Uint8Array.from(
      { length: width * height * channels },
      (_, i) => (i * 37 + (i >> 3)) & 255,
    );
    const image = sharp(encodePng(pixels, { width, height, channels }));
    const { data, info } = await image
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([width, height, channels]);
    expect(new Uint8Array(data)).toEqual(pixels);
  }
});

it('bytes that do not form such an image are refused', () => {
  expect(() => encodePng(new Uint8Array(5), { width: 2, height: 2, channels: 1 })).toThrow(
    /5 bytes are no image/,
  );
  expect(() => encodePng(new Uint8Array(8), { width: 2, height: 2, channels: 2 })).toThrow(
    /no image of 2 x 2 x 2/,
  );
});
