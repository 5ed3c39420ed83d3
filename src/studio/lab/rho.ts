/** Operations on laws of blocks as plain arrays: slices, mixtures, distances. */
import type { Rho } from './engine.ts';

/** The particles of step l, [M, k], as a view. */
export const particlesAt = ({ theta, particles, size }: Rho, l: number): Float64Array =>
  theta.subarray(l * particles * size, (l + 1) * particles * size);

/** Their weights, [M], as a view. */
export const weightsAt = ({ weight, particles }: Rho, l: number): Float64Array =>
  weight.subarray(l * particles, (l + 1) * particles);

/** The part of rho from step l on. */
export const tailOf = (rho: Rho, l: number): Rho => ({
  ...rho,
  slices: rho.slices - l,
  steps: rho.steps.subarray(l),
  theta: rho.theta.subarray(l * rho.particles * rho.size),
  weight: rho.weight.subarray(l * rho.particles),
});

/** 0 = t_0, .., t_L, rounded to twelve digits so that sums of 1/L end at 1. */
export function depthsOf({ steps }: Pick<Rho, 'steps'>): number[] {
  let depth = 0;
  return [0, ...Array.from(steps, (h) => Math.round((depth += h) * 1e12) / 1e12)];
}

/**
 * (1 - lambda) rho + lambda nu in every step, where nu has one Dirac per step, [L, k]; particles of weight 0 are
 * dropped.
 */
export function mixed(rho: Rho, nu: Float64Array, lambda: number): Rho {
  if (lambda === 0) return rho;
  const { slices, size, steps } = rho;
  const kept = lambda === 1 ? 0 : rho.particles;
  const particles = kept + 1;
  const theta = new Float64Array(slices * particles * size);
  const weight = new Float64Array(slices * particles);
  for (let l = 0; l < slices; l++) {
    const own = weightsAt(rho, l);
    const mass = own.reduce((sum, w) => sum + w, 0);
    theta.set(particlesAt(rho, l).subarray(0, kept * size), l * particles * size);
    theta.set(nu.subarray(l * size, (l + 1) * size), (l * particles + kept) * size);
    for (let j = 0; j < kept; j++) weight[l * particles + j] = (1 - lambda) * own[j]!;
    weight[l * particles + kept] = lambda * mass;
  }
  return { slices, particles, size, steps, theta, weight };
}

/** eps rho: all weights multiplied by eps. */
export const scaledBy = (rho: Rho, eps: number): Rho => ({ ...rho, weight: rho.weight.map((w) => eps * w) });

/** Distance moved by the particles: sqrt(sum_l h_l sum_j w_lj abs(theta_lj - theta'_lj)^2). */
export function movement(rho: Rho, theta: Float64Array): number {
  const { slices, particles, size, steps, weight } = rho;
  let sum = 0;
  for (let l = 0; l < slices; l++)
    for (let j = 0; j < particles; j++) {
      const row = l * particles + j;
      let squared = 0;
      for (let e = 0; e < size; e++) squared += (theta[row * size + e]! - rho.theta[row * size + e]!) ** 2;
      sum += steps[l]! * weight[row]! * squared;
    }
  return Math.sqrt(sum);
}
