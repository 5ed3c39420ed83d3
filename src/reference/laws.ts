import { at, denseArray, type DenseArray } from './array.ts';
import { seededNormal, seededUniform } from './random.ts';

export const particleLaws = ['gaussian', 'ball', 'sphere', 'smooth', 'zero'] as const;
/**
 * gaussian: N(0, scale^2 I). ball, sphere: uniform in and on the ball of radius scale. smooth: paths over depth,
 * theta_m(t) = 1/sqrt(3) sum_r a_mr cos(pi r t + phi_mr), r = 0, 1, 2, a ~ N(0, scale^2 I), at t = l / L. zero:
 * all particles at 0.
 */
export type ParticleLaw = (typeof particleLaws)[number];

/** Options of {@link drawParticles}. */
export interface DrawOptions {
  readonly seed: number;
  readonly scale: number;
  /** L, M and k. */
  readonly slices: number;
  readonly particles: number;
  readonly size: number;
}

/** Particles of a grid measure, [L, M, k]; the same seed gives the same numbers on every machine. */
export function drawParticles(
  law: ParticleLaw,
  { seed, scale, slices, particles, size }: DrawOptions,
): DenseArray {
  const theta = denseArray([slices, particles, size]);
  const normal = seededNormal(seed);
  switch (law) {
    case 'zero':
      return theta;
    case 'gaussian':
      theta.data.forEach((_, i) => {
        theta.data[i] = scale * normal();
      });
      return theta;
    case 'ball':
    case 'sphere': {
      const uniform = seededUniform(seed + 1);
      for (let row = 0; row < slices * particles; row++) {
        const radius = law === 'ball' ? scale * uniform() ** (1 / size) : scale;
        theta.data.set(onSphere(normal, size, radius), row * size);
      }
      return theta;
    }
    case 'smooth': {
      const uniform = seededUniform(seed + 1);
      const modes = 3;
      const draw = (next: () => number): number[] => Array.from({ length: modes * particles * size }, next);
      const amplitude = draw(() => (scale * normal()) / Math.sqrt(modes));
      const phase = draw(() => 2 * Math.PI * uniform());
      theta.data.forEach((_, i) => {
        const path = i % (particles * size);
        const t = Math.floor(i / (particles * size)) / slices;
        let sum = 0;
        for (let r = 0; r < modes; r++) {
          const e = r * particles * size + path;
          sum += at(amplitude, e) * Math.cos(Math.PI * r * t + at(phase, e));
        }
        theta.data[i] = sum;
      });
      return theta;
    }
  }
}

/**
 * Points of Q_r, [count, k], with uniform direction and uniform length up to r: starts for a minimisation over the
 * ball.
 */
export function drawStarts(options: {
  readonly seed: number;
  readonly radius: number;
  readonly count: number;
  readonly size: number;
}): DenseArray {
  const { seed, radius, count, size } = options;
  const [normal, uniform] = [seededNormal(seed), seededUniform(seed + 1)];
  const theta = denseArray([count, size]);
  for (let i = 0; i < count; i++) theta.data.set(onSphere(normal, size, radius * uniform()), i * size);
  return theta;
}

function onSphere(normal: () => number, size: number, radius: number): Float64Array {
  const x = Float64Array.from({ length: size }, normal);
  const factor = radius / Math.hypot(...x);
  return x.map((value) => value * factor);
}
