import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { type Augmentation, fillBatch } from './augment.ts';
import type { ImageSet } from './types.ts';

/** Images whose bytes are never 0 (the padding) and differ by position. */
function makeSet(count: number, height = 6, width = 5, channels = 3): ImageSet {
  const size = height * width * channels;
  const images = Uint8Array.from(
    { length: count * size },
    (_, i) => 1 + ((i * 7 + Math.floor(i / size) * 31) % 199),
  );
  const labels = new Int32Array(count);
  return { name: 'test', images, labels, count, height, width, channels, classes: ['a'] };
}
const still: Augmentation = { pad: 0, flip: false, cutout: 0 };

const sizeOf = ({ height, width, channels }: ImageSet): number => height * width * channels;

/** The batch, written over the bytes of an earlier one. */
function batchOf(
  set: ImageSet,
  indices: number[],
  augmentation: Augmentation | null,
  seed = 1,
  epoch = 0,
): Uint8Array {
  const out = new Uint8Array(indices.length * sizeOf(set)).fill(251);
  fillBatch(set, Int32Array.from(indices), augmentation, seed, epoch, out);
  return out;
}
const one = (set: ImageSet, augmentation: Augmentation | null, epoch: number, index = 0): Uint8Array =>
  batchOf(set, [index], augmentation, 1, epoch);

const original = (set: ImageSet, index: number): Uint8Array =>
  set.images.slice(index * sizeOf(set), (index + 1) * sizeOf(set));

/** Naive crop: every pixel is looked up, and is 0 outside. */
function slowCrop(set: ImageSet, index: number, top: number, left: number, mirrored = false): Uint8Array {
  const { height, width, channels } = set;
  const image = original(set, index);
  const out = new Uint8Array(sizeOf(set));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        const [sourceY, sourceX] = [y + top, (mirrored ? width - 1 - x : x) + left];
        const inside = sourceY >= 0 && sourceY < height && sourceX >= 0 && sourceX < width;
        out[(y * width + x) * channels + c] = inside ? image[(sourceY * width + sourceX) * channels + c]! : 0;
      }
  return out;
}

/** All crops, keyed by their bytes. */
function allCrops(set: ImageSet, index: number, pad: number, flips: readonly boolean[]): Map<string, string> {
  const crops = new Map<string, string>();
  for (const mirrored of flips)
    for (let top = -pad; top <= pad; top++)
      for (let left = -pad; left <= pad; left++)
        crops.set(slowCrop(set, index, top, left, mirrored).join(), `${top} ${left} ${mirrored}`);
  return crops;
}

describe('a batch', () => {
  const set = makeSet(9);

  it('without augmentation copies its images in order', () => {
    const expected = [3, 0, 3, 8].flatMap((index) => [...original(set, index)]);
    expect([...batchOf(set, [3, 0, 3, 8], null)]).toEqual(expected);
    expect([...batchOf(set, [3, 0, 3, 8], still)]).toEqual(expected);
  });
  it('leaves the images unchanged', () => {
    const before = set.images.slice();
    batchOf(set, [0, 1, 2, 3], { pad: 2, flip: true, cutout: 3 });
    expect(set.images).toEqual(before);
  });
  it('with the wrong length, or with images that do not exist, is refused', () => {
    const out = new Uint8Array(sizeOf(set));
    expect(() => {
      fillBatch(set, Int32Array.of(0, 1), still, 0, 0, out);
    }).toThrow(/2 images needs 180 bytes, got 90/);
    for (const index of [-1, 9])
      for (const augmentation of [null, still])
        expect(() => batchOf(set, [index], augmentation)).toThrow(UsageError);
  });
  it('augments an image independently of its position and of the other images in the batch', () => {
    const full: Augmentation = { pad: 2, flip: true, cutout: 2 };
    const size = sizeOf(set);
    fc.assert(
      fc.property(
        fc.array(fc.nat(8), { minLength: 1, maxLength: 20 }),
        fc.nat(),
        fc.nat(500),
        (indices, seed, epoch) => {
          const batch = batchOf(set, indices, full, seed, epoch);
          for (const [place, index] of indices.entries())
            expect(batch.slice(place * size, (place + 1) * size)).toEqual(
              batchOf(set, [index], full, seed, epoch),
            );
        },
      ),
      { seed: 1 },
    );
  });
  it('differs by seed, epoch and image', () => {
    const wide = makeSet(1, 40, 40, 1);
    const same: ImageSet = { ...wide, images: Uint8Array.from([...wide.images, ...wide.images]), count: 2 };
    const far: Augmentation = { pad: 20, flip: true, cutout: 0 };
    const all = [
      batchOf(same, [0], far, 1, 0),
      batchOf(same, [1], far, 1, 0),
      batchOf(same, [0], far, 1, 1),
      batchOf(same, [0], far, 2, 0),
    ].map((batch) => batch.join());
    expect(new Set(all).size).toBe(4);
  });
});

describe('a crop', () => {
  it.each([
    [1, 6, 5, 3],
    [2, 6, 5, 3],
    [4, 8, 8, 1],
    [3, 2, 3, 2],
    [1, 1, 1, 1],
  ])(
    'padded by %i (%i x %i x %i) matches a naive crop, and all of them occur',
    (pad, height, width, channels) => {
      const set = makeSet(2, height, width, channels);
      const expected = allCrops(set, 1, pad, [false]);
      const seen = new Set<string>();
      for (let epoch = 0; epoch < 12 * (2 * pad + 1) ** 2; epoch++)
        seen.add(one(set, { ...still, pad }, epoch, 1).join());
      expect([...seen].filter((crop) => !expected.has(crop))).toEqual([]);
      expect(seen.size).toBe(expected.size);
    },
  );
  it('has every offset from -pad to pad inclusive, equally often', () => {
    const set = makeSet(1, 8, 8, 1);
    const pad = 2;
    const names = allCrops(set, 0, pad, [false]);
    expect(names.size).toBe(25);
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 5000; epoch++) {
      const name = names.get(one(set, { ...still, pad }, epoch).join()) ?? 'none';
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect(counts.size).toBe(25);
    for (const corner of ['-2 -2 false', '-2 2 false', '2 -2 false', '2 2 false'])
      expect(counts.get(corner)).toBeGreaterThan(0);
    // 24 degrees of freedom: 51.2 has probability 0.001.
    expect([...counts.values()].reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0)).toBeLessThan(51.2);
  });
  it('is zero in the padding, and the image elsewhere', () => {
    const set = makeSet(1, 8, 8, 1);
    for (let epoch = 0; epoch < 200; epoch++) {
      const crop = one(set, { ...still, pad: 3 }, epoch);
      const empty = (at: (i: number) => number): boolean =>
        Array.from({ length: 8 }, (_, i) => crop[at(i)]).every((byte) => byte === 0);
      const rows = Array.from({ length: 8 }, (_, y) => empty((x) => y * 8 + x)).filter(Boolean).length;
      const columns = Array.from({ length: 8 }, (_, x) => empty((y) => y * 8 + x)).filter(Boolean).length;
      expect(Math.max(rows, columns)).toBeLessThanOrEqual(3);
      expect(crop.filter((byte) => byte === 0)).toHaveLength(64 - (8 - rows) * (8 - columns));
    }
  });
  it('with mirroring matches a naive crop, and all of them occur', () => {
    const set = makeSet(1);
    const expected = allCrops(set, 0, 1, [false, true]);
    expect(expected.size).toBe(18);
    const seen = new Set<string>();
    for (let epoch = 0; epoch < 400; epoch++)
      seen.add(one(set, { ...still, pad: 1, flip: true }, epoch).join());
    expect(seen).toEqual(new Set(expected.keys()));
  });
});

describe('a flip', () => {
  it.each([1, 2, 5, 6])('is the exact mirror image or nothing, half of the time (width %i)', (width) => {
    const set = makeSet(1, 3, width, 3);
    const [plain, mirrored] = [slowCrop(set, 0, 0, 0).join(), slowCrop(set, 0, 0, 0, true).join()];
    let flips = 0;
    for (let epoch = 0; epoch < 1000; epoch++) {
      const found = one(set, { ...still, flip: true }, epoch).join();
      expect([plain, mirrored]).toContain(found);
      if (found === mirrored) flips++;
    }
    // 3.3 standard deviations of a fair coin; an image of width 1 equals its mirror image.
    if (width > 1) expect(Math.abs(flips - 500)).toBeLessThan(52);
  });
  it('occurs half of the time over the images of an epoch as well', () => {
    const set = makeSet(1000, 1, 2, 1);
    const batch = batchOf(
      set,
      Array.from({ length: 1000 }, (_, i) => i),
      { ...still, flip: true },
    );
    let flips = 0;
    for (let i = 0; i < 1000; i++) if (batch[2 * i] !== set.images[2 * i]) flips++;
    expect(Math.abs(flips - 500)).toBeLessThan(52);
  });
});

describe('cutout', () => {
  /** The mean byte of each channel over the whole set. */
  const fillOf = ({ images, channels }: ImageSet): number[] =>
    Array.from({ length: channels }, (_, c) => {
      const bytes = [...images].filter((_, i) => i % channels === c);
      return Math.round(bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length);
    });

  /** The square around a centre, clipped at the borders, written pixel by pixel. */
  function slowCutout(set: ImageSet, side: number, centreY: number, centreX: number): string {
    const { height, width, channels } = set;
    const image = original(set, 0);
    const fill = fillOf(set);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const [dy, dx] = [y - centreY + (side >> 1), x - centreX + (side >> 1)];
        if (dy < 0 || dy >= side || dx < 0 || dx >= side) continue;
        for (let c = 0; c < channels; c++) image[(y * width + x) * channels + c] = fill[c]!;
      }
    return image.join();
  }

  it.each([1, 2, 3, 4, 20])(
    "of side %i is a clipped square of the set's mean pixel around any pixel",
    (side) => {
      const set = makeSet(3);
      const expected = new Set<string>();
      for (let y = 0; y < set.height; y++)
        for (let x = 0; x < set.width; x++) expected.add(slowCutout(set, side, y, x));
      const seen = new Set<string>();
      for (let epoch = 0; epoch < 500; epoch++) seen.add(one(set, { ...still, cutout: side }, epoch).join());
      expect(seen).toEqual(expected);
    },
  );
  it('does not leak into other images', () => {
    const set = makeSet(3);
    const batch = batchOf(set, [0, 1, 2], { ...still, cutout: 4 });
    const size = sizeOf(set);
    for (let i = 0; i < 3; i++)
      expect(batch.slice(i * size, (i + 1) * size)).toEqual(batchOf(set, [i], { ...still, cutout: 4 }));
  });
  it('leaves crop and flip unchanged when it is off', () => {
    const set = makeSet(1);
    const fill = fillOf(set);
    const moving: Augmentation = { pad: 2, flip: true, cutout: 0 };
    for (let epoch = 0; epoch < 50; epoch++) {
      const plain = one(set, moving, epoch);
      const cut = one(set, { ...moving, cutout: 2 }, epoch);
      expect([...cut].every((byte, i) => byte === plain[i] || byte === fill[i % 3])).toBe(true);
    }
  });
});
