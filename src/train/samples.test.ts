import sharp from 'sharp';
import { expect, it } from 'vitest';
import type { ImageSet } from '../data/index.ts';
import { SampleChooser } from './samples.ts';

/** Distinct images, `count` of each class in turn. */
function imageSet(classes: number, count: number, channels = 1): ImageSet {
  const [height, width] = [4, 5];
  return {
    name: 'made-up',
    images: Uint8Array.from({ length: count * height * width * channels }, (_, i) => (i * 7) & 255),
    labels: Int32Array.from({ length: count }, (_, i) => i % classes),
    count,
    height,
    width,
    channels,
    classes: Array.from({ length: classes }, (_, c) => `class ${c}`),
  };
}

/** Feeds the set in two batches. `wrong` maps mistakes to their confidence. */
function choose(set: ImageSet, wrong: ReadonlyMap<number, number>): ReturnType<SampleChooser['choose']> {
  const chooser = new SampleChooser(set);
  const classes = set.classes.length;
  const half = Math.floor(set.count / 2);
  for (const [start, end] of [
    [0, half],
    [half, set.count],
  ] as const) {
    const labels = set.labels.subarray(start, end);
    const guess = (i: number): number => {
      const label = labels[i] ?? 0;
      return wrong.has(start + i) ? (label + 1) % classes : label;
    };
    chooser.see({
      start,
      labels,
      classes: [...labels].flatMap((_, i) => [guess(i), (guess(i) + 1) % classes]),
      probabilities: [...labels].flatMap((_, i) => [wrong.get(start + i) ?? 0.9, 0.05]),
    });
  }
  return chooser.choose();
}

it('with many mistakes: the most confident of every class, and as many correct images', () => {
  const set = imageSet(4, 400);
  const mistakes = new Map(Array.from({ length: 200 }, (_, i) => [i, 0.5 + ((i * 37) % 200) / 500] as const));
  const { samples } = choose(set, mistakes)!;
  expect(samples).toHaveLength(24);
  const wrong = samples.filter(({ label, top }) => top[0]?.class !== label);
  expect(samples.slice(0, 12)).toEqual(wrong);
  for (const half of [samples.slice(0, 12), samples.slice(12)])
    for (let label = 0; label < 4; label++) expect(half.filter((one) => one.label === label)).toHaveLength(3);
  for (let label = 0; label < 4; label++) {
    const best = [...mistakes]
      .filter(([index]) => index % 4 === label)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 3)
      .map(([index]) => index);
    expect(wrong.filter((one) => one.label === label).map(({ index }) => index)).toEqual(best);
  }
  const confidences = wrong.map(({ top }) => top[0]!.probability);
  expect(confidences).toEqual([...confidences].sort((a, b) => b - a));
});

it('with few mistakes: all of them, and correct images for the rest; with few images: all', () => {
  const few = choose(imageSet(3, 60), new Map([[7, 0.6]]))!;
  expect(few.samples).toHaveLength(24);
  expect(few.samples.filter(({ label, top }) => top[0]?.class !== label).map(({ index }) => index)).toEqual([
    7,
  ]);
  expect(
    choose(imageSet(3, 5), new Map())!
      .samples.map(({ index }) => index)
      .sort(),
  ).toEqual([0, 1, 2, 3, 4]);
  const bad = imageSet(2, 30);
  const all = choose(bad, new Map([...bad.labels.keys()].map((i) => [i, 0.7])))!;
  expect(all.samples).toHaveLength(24);
});

it('a sample is the image of the test set, with its guesses', async () => {
  const set = imageSet(3, 40, 3);
  const { samples, classes } = choose(set, new Map([[5, 0.8]]))!;
  expect(classes).toEqual(set.classes);
  const { index, label, top, image } = samples[0]!;
  expect([index, label, top]).toEqual([
    5,
    2,
    [
      { class: 0, probability: 0.8 },
      { class: 1, probability: 0.05 },
    ],
  ]);
  const png = Buffer.from(image.replace('data:image/png;base64,', ''), 'base64');
  expect(new Uint8Array(await sharp(png).raw().toBuffer())).toEqual(set.images.slice(5 * 60, 6 * 60));
});

it('images that PNG cannot store give no samples', () => {
  expect(choose(imageSet(3, 10, 2), new Map())).toBeUndefined();
});
