/** The square [-1, 1]^2; the class is whether the signs of the coordinates differ. */
import type { DrawPoint } from './classified.ts';

/** Minimum distance of a point from the axes, so that the classes are separable. */
const gap = 0.1;

export const drawXor: DrawPoint = (label, random) => {
  const x = (gap + (1 - gap) * random.uniform()) * (random.below(2) === 0 ? 1 : -1);
  const y = (gap + (1 - gap) * random.uniform()) * Math.sign(x);
  return [x, label === 0 ? y : -y];
};
