/** Holds a validation set out of the training images. */
import { checkInteger } from '../check.ts';
import { UsageError } from '../errors.ts';
import { subset } from './limit.ts';
import { CounterStream, shuffle } from './random.ts';
import type { ImageSet } from './types.ts';

/** Every run holds out the same images, whatever its seed, so that choices made on them apply to all runs. */
const splitSeed = 0;

/**
 * Holds `count` images out, each class in proportion (largest remainders), drawn at random.
 *
 * @param count - 1 to the size of the set minus one image per class
 * @returns the remaining images and the held-out images, both in order
 * @throws UsageError if too few images would remain to train on
 */
export function holdOut(set: ImageSet, count: number): { kept: ImageSet; heldOut: ImageSet } {
  checkInteger('val-split', count, { min: 1 });
  const byClass = set.classes.map((): number[] => []);
  set.labels.forEach((label, i) => byClass[label]!.push(i));
  if (count > set.count - set.classes.length)
    throw new UsageError(
      `--val-split ${count} leaves too little to train on: ${set.name} has ${set.count} training images`,
    );
  const quotas = shares(
    byClass.map((members) => (members.length * count) / set.count),
    count,
  );
  const held = new Set(
    byClass.flatMap((members, c) => {
      shuffle(members, new CounterStream(splitSeed, 'split', c));
      return members.slice(0, quotas[c]);
    }),
  );
  const all = Array.from({ length: set.count }, (_, i) => i);
  return {
    kept: subset(
      set,
      all.filter((i) => !held.has(i)),
    ),
    heldOut: subset(
      set,
      all.filter((i) => held.has(i)),
    ),
  };
}

/** Integers near `exact` with the sum `total`: rounded down, then one more for the largest remainders. */
function shares(exact: readonly number[], total: number): number[] {
  const whole = exact.map(Math.floor);
  const missing = total - whole.reduce((sum, value) => sum + value, 0);
  const remainder = (c: number): number => exact[c]! - whole[c]!;
  const next = whole.map((_, c) => c).sort((a, b) => remainder(b) - remainder(a) || a - b);
  for (const c of next.slice(0, missing)) whole[c]!++;
  return whole;
}
