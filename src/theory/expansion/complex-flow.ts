/**
 * The Euler flow of eps rho at complex eps, for tanh, in plain complex arithmetic: an independent route to its
 * Taylor coefficients.
 */
import type { GridMeasure } from '../../mean-field/index.ts';
import type { Tensor } from '../../tensor/index.ts';

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export type Blocks = 'bottleneck' | 'matrix';

/** tanh(a + i b) = (sinh 2a + i sin 2b) / (cosh 2a + cos 2b), in a form that is stable for large |a|. */
function tanh(a: number, b: number): [re: number, im: number] {
  const t = Math.tanh(a);
  const s = Math.tan(b);
  // (t + i s) / (1 + i t s)
  const size = 1 + (t * s) ** 2;
  return [(t * (1 + s * s)) / size, (s * (1 - t * t)) / size];
}

/** X(., 1) at eps = re + i im, [N, d], from inputs [N, d]. */
function stateAt(blocks: Blocks, inputs: Tensor, rho: GridMeasure, eps: readonly [number, number]): Complex {
  const [samples = 0, d = 0] = inputs.shape;
  const [, particles = 0, k = 0] = rho.theta.shape;
  const theta = rho.theta.toArray();
  const weight = rho.weight.toArray();
  const state: Complex = { re: Float64Array.from(inputs.toArray()), im: new Float64Array(samples * d) };
  const [moveRe, moveIm] = [new Float64Array(d), new Float64Array(d)];
  rho.steps.forEach((h, l) => {
    for (let n = 0; n < samples; n++) {
      moveRe.fill(0);
      moveIm.fill(0);
      /** s(row . X + bias) */
      const unit = (row: number, bias: number): [number, number] => {
        let [re, im] = [bias, 0];
        for (let i = 0; i < d; i++) {
          re += (theta[row + i] ?? 0) * (state.re[n * d + i] ?? 0);
          im += (theta[row + i] ?? 0) * (state.im[n * d + i] ?? 0);
        }
        return tanh(re, im);
      };
      for (let j = 0; j < particles; j++) {
        const from = (l * particles + j) * k;
        const w = weight[l * particles + j] ?? 0;
        if (blocks === 'bottleneck') {
          const [re, im] = unit(from + d, theta[from + 2 * d] ?? 0);
          for (let i = 0; i < d; i++) {
            moveRe[i] = (moveRe[i] ?? 0) + w * (theta[from + i] ?? 0) * re;
            moveIm[i] = (moveIm[i] ?? 0) + w * (theta[from + i] ?? 0) * im;
          }
        } else {
          for (let i = 0; i < d; i++) {
            const [re, im] = unit(from + i * d, 0);
            moveRe[i] = (moveRe[i] ?? 0) + w * re;
            moveIm[i] = (moveIm[i] ?? 0) + w * im;
          }
        }
      }
      for (let i = 0; i < d; i++) {
        const [re, im] = [moveRe[i] ?? 0, moveIm[i] ?? 0];
        const at = n * d + i;
        state.re[at] = (state.re[at] ?? 0) + h * (eps[0] * re - eps[1] * im);
        state.im[at] = (state.im[at] ?? 0) + h * (eps[0] * im + eps[1] * re);
      }
    }
  });
  return state;
}

/**
 * r^k C_k for k = 0 .. K by Cauchy's integral, the mean over the circle |eps| = r of X(eps) e^{-ik arg eps}. The
 * trapezoidal rule is exact up to r^points times the coefficient of that order.
 */
export function cauchyCoefficients(
  blocks: Blocks,
  inputs: Tensor,
  rho: GridMeasure,
  { order, radius, points }: { readonly order: number; readonly radius: number; readonly points: number },
): Float64Array[] {
  const sums = Array.from({ length: order + 1 }, () => new Float64Array(inputs.size));
  for (let p = 0; p < points; p++) {
    const angle = (2 * Math.PI * p) / points;
    const { re, im } = stateAt(blocks, inputs, rho, [radius * Math.cos(angle), radius * Math.sin(angle)]);
    sums.forEach((sum, k) => {
      const [c, s] = [Math.cos(k * angle) / points, Math.sin(k * angle) / points];
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (re[i] ?? 0) * c + (im[i] ?? 0) * s;
    });
  }
  return sums;
}
