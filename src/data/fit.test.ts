import sharp from 'sharp';
import { expect, it } from 'vitest';
import { matchClasses, resizeSet } from './fit.ts';
import type { ImageSet } from './types.ts';

const set = (classes: readonly string[]): ImageSet => ({
  name: 'x',
  images: Uint8Array.from({ length: 4 * 16 }, (_, i) => i * 3),
  labels: Int32Array.from([0, 1, 1, 0]),
  count: 4,
  height: 4,
  width: 4,
  channels: 1,
  classes,
});

it("labels are mapped to the net's class indices by name", () => {
  const matched = matchClasses(set(['bees', 'ants']), ['ants', 'bees'])!;
  expect([...matched.labels]).toEqual([1, 0, 0, 1]);
  expect(matched.classes).toEqual(['ants', 'bees']);
  expect([...matchClasses(set(['ants', 'bees']), ['ants', 'bees'])!.labels]).toEqual([0, 1, 1, 0]);
});

it.each([[['bees', 'wasps']], [['bees']], [['ants', 'bees', 'wasps']], [['Ants', 'bees']]])(
  'other names are not matched: %j',
  (classes) => {
    expect(matchClasses(set(classes), ['ants', 'bees'])).toBeUndefined();
  },
);

it('images are scaled like image files, in size and in colour', async () => {
  const own = set(['a', 'b']);
  expect(await resizeSet(own, own)).toBe(own);
  const scaled = await resizeSet(own, { height: 6, width: 2, channels: 3 });
  expect(scaled).toMatchObject({ height: 6, width: 2, channels: 3, count: 4 });
  for (let i = 0; i < 4; i++) {
    const raw = { width: 4, height: 4, channels: 1 } as const;
    const file = await sharp(own.images.subarray(i * 16, (i + 1) * 16), { raw })
      .png()
      .toBuffer();
    const expected = await sharp(file).resize(2, 6, { fit: 'cover' }).toColourspace('srgb').raw().toBuffer();
    expect([...scaled.images.subarray(i * 36, (i + 1) * 36)]).toEqual([...expected]);
  }
  const grey = await resizeSet(scaled, { height: 4, width: 4, channels: 1 });
  expect(grey).toMatchObject({ height: 4, width: 4, channels: 1 });
  expect(grey.images).toHaveLength(4 * 16);
});
