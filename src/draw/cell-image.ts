/** Cells as an image of a pixel each, which a canvas draws larger with colours that run into each other. */
import type { CellsMark } from './marks.ts';
import { channels } from './ramp.ts';

/** The part of OffscreenCanvas that is used: Node has none. */
interface Offscreen {
  getContext: (kind: '2d') => {
    createImageData: (width: number, height: number) => { readonly data: Uint8ClampedArray };
    putImageData: (image: unknown, x: number, y: number) => void;
  } | null;
}
type OffscreenType = new (width: number, height: number) => Offscreen;

/** By their levels: what a slider only moves over is made once. */
const known = new WeakMap<Uint8Array, { readonly ramp: readonly string[]; readonly image: Offscreen }>();

/** What `drawImage` takes; undefined where it cannot be made. */
export function cellImage({ rows, columns, levels, ramp }: CellsMark): Offscreen | undefined {
  const before = known.get(levels);
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
  known.set(levels, { ramp, image });
  return image;
}
