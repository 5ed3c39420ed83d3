/** Renders cells as an image with one pixel each, which a canvas scales up with interpolated colours. */
import type { CellsMark } from './marks.ts';
import { channels } from './ramp.ts';

/** The used part of OffscreenCanvas, which Node lacks. */
interface Offscreen {
  getContext: (kind: '2d') => {
    createImageData: (width: number, height: number) => { readonly data: Uint8ClampedArray };
    putImageData: (image: unknown, x: number, y: number) => void;
  } | null;
}
type OffscreenType = new (width: number, height: number) => Offscreen;

/** Cache by levels, so that moving a slider over a picture does not rebuild it. */
const cache = new WeakMap<Uint8Array, { readonly ramp: readonly string[]; readonly image: Offscreen }>();

/** An image for `drawImage`; undefined where it cannot be created. */
export function cellImage({ rows, columns, levels, ramp }: CellsMark): Offscreen | undefined {
  const before = cache.get(levels);
  if (before?.ramp === ramp) return before.image;
  const { OffscreenCanvas } = globalThis as { OffscreenCanvas?: OffscreenType };
  const image = OffscreenCanvas && new OffscreenCanvas(columns, rows);
  const context = image?.getContext('2d');
  if (!image || !context) return undefined;
  const colours = ramp.map(channels);
  const pixels = context.createImageData(columns, rows);
  levels.forEach((level, i) => {
    pixels.data.set([...colours[level]!, 255], 4 * i);
  });
  context.putImageData(pixels, 0, 0);
  cache.set(levels, { ramp, image });
  return image;
}
