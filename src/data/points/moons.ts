/** Two interleaving half circles, centred at the origin (scikit-learn's make_moons, shifted). */
import type { DrawPoint } from './classified.ts';

export const drawMoon: DrawPoint = (label, random) => {
  const angle = Math.PI * random.uniform();
  return label === 0
    ? [Math.cos(angle) - 0.5, Math.sin(angle) - 0.25]
    : [0.5 - Math.cos(angle), 0.25 - Math.sin(angle)];
};
