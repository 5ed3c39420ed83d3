/** Circles around the origin, the first of radius 1, each further one half as large. */
import type { DrawPoint } from './classified.ts';

export const drawCircle: DrawPoint = (label, random) => {
  const angle = 2 * Math.PI * random.uniform();
  const radius = 2 ** -label;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
};
