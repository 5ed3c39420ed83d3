/** Image files for tests. */
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { makeFolder } from '../io/index.ts';

export type Channels = 1 | 3;
/** Bytes [H, W, C]: smooth, so that lossy formats almost preserve them. */
export const picture = (height: number, width: number, channels: Channels, shade = 0): Buffer =>
  Buffer.from(
    Array.from({ length: height * width * channels }, (_, i) => {
      const [pixel, c] = [Math.floor(i / channels), i % channels];
      return 20 + shade + 60 * c + 4 * Math.floor(pixel / width) + 2 * (pixel % width);
    }),
  );

export type FakeImage = readonly [
  name: string,
  bytes: Buffer,
  height: number,
  width: number,
  channels: Channels,
];

/** Writes a file in the format of its extension; grey images are grey in the file as well. */
export async function putImage(root: string, ...image: FakeImage): Promise<string> {
  const [name, bytes, height, width, channels] = image;
  const path = join(root, name);
  makeFolder(dirname(path));
  const pixels = sharp(bytes, { raw: { height, width, channels } });
  const coloured = channels === 1 ? pixels.toColourspace('b-w') : pixels;
  const lossless = path.endsWith('.webp')
    ? coloured.webp({ lossless: true })
    : /\.jpe?g$/i.test(path)
      ? coloured.jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      : coloured.png();
  await lossless.toFile(path);
  return path;
}
