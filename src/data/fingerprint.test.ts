import { expect, it } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';
import type { ImageSet } from './types.ts';

function imageSet(count: number): ImageSet {
  const images = Uint8Array.from({ length: count * 12 }, (_, i) => (i * 7) % 251);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  return { name: 'x', images, labels, count, height: 2, width: 2, channels: 3, classes: ['a', 'b', 'c'] };
}

it('is the same for the same images, and holds their count, size and classes', () => {
  const print = fingerprintOf(imageSet(300));
  expect(print).toEqual(fingerprintOf(imageSet(300)));
  expect(print).toMatchObject({ count: 300, height: 2, width: 2, channels: 3, classes: ['a', 'b', 'c'] });
  expect(JSON.parse(JSON.stringify(print))).toEqual(print);
  for (const count of [0, 1, 2, 63, 64, 65]) expect(fingerprintOf(imageSet(count)).count).toBe(count);
});

it('depends on every label, and on pixels of the first image, the last, and some between', () => {
  const print = fingerprintOf(imageSet(300));
  for (const i of [0, 137, 299]) {
    const changed = imageSet(300);
    changed.labels[i] = 2 - changed.labels[i]! || 1;
    expect(fingerprintOf(changed).labels, String(i)).not.toBe(print.labels);
    expect(fingerprintOf(changed).pixels).toBe(print.pixels);
  }
  for (const i of [0, 299]) {
    const changed = imageSet(300);
    changed.images[i * 12 + 11]! ^= 1;
    expect(fingerprintOf(changed).pixels, String(i)).not.toBe(print.pixels);
  }
  const dimmed = imageSet(300);
  dimmed.images.fill(0, 12 * 100, 12 * 120);
  expect(fingerprintOf(dimmed).pixels).not.toBe(print.pixels);
});
