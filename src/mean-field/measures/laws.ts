/** Laws from which particles are drawn. All draws are f64 unless asked. */
import { checkInteger, checkNumber } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { type DType, type Generator, keep, ops, scope, type Tensor } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import type { DepthPath } from './path.ts';

/** A law on R^k: `count` independent draws, [count, k]. */
export type Law = (generator: Generator, count: number, k: number, dtype?: DType) => Tensor;

/** N(0, std^2 I). */
export function gaussian(std = 1): Law {
  checkNumber('std', std, { min: 0 });
  return (generator, count, k, dtype = 'f64') => {
    checkSizes(count, k);
    return scope(() => ops.mulScalar(generator.normal([count, k], dtype), std));
  };
}

/** Uniform on the sphere of that radius around 0. */
export function sphere(radius = 1): Law {
  checkNumber('radius', radius, { above: 0 });
  return (generator, count, k, dtype = 'f64') => {
    checkSizes(count, k);
    return scope(() => {
      const x = generator.normal([count, k], dtype);
      return ops.mulScalar(ops.div(x, lengths(x)), radius);
    });
  };
}

/** Uniform on the ball Q_r. */
export function ball(radius = 1): Law {
  const onSphere = sphere(radius);
  return (generator, count, k, dtype = 'f64') =>
    scope(() =>
      ops.mul(onSphere(generator, count, k, dtype), ops.pow(generator.uniform([count, 1], dtype), 1 / k)),
    );
}

function checkSizes(count: number, k: number): void {
  checkInteger('the number of particles', count, { min: 1 });
  checkInteger('k', k, { min: 1 });
}

/** abs(x_j), [count, 1]. */
function lengths(x: Tensor): Tensor {
  return ops.sqrt(ops.sumDim(ops.mul(x, x), [1], true));
}

/** Independent draws in every slice, [L, M, k]. */
export function independentSlices(
  law: Law,
  generator: Generator,
  slices: number,
  count: number,
  k: number,
): Tensor {
  checkInteger('slices', slices, { min: 1 });
  checkSizes(count, k);
  return scope(() => ops.view(law(generator, slices * count, k), [slices, count, k]));
}

export interface SmoothOptions {
  /** Cosines in each path; default 3. */
  readonly modes?: number;
  readonly weight?: Tensor;
}

/**
 * M particles that move smoothly with depth, theta_m(t) = sum_r a_mr cos(pi r t + phi_mr) over modes r = 0 .. R - 1,
 * amplitudes by the law divided by sqrt(R): a function of t that can be evaluated anywhere.
 */
export function smoothPaths(
  law: Law,
  generator: Generator,
  count: number,
  k: number,
  { modes = 3, weight }: SmoothOptions = {},
): DepthPath {
  checkInteger('modes', modes, { min: 1 });
  checkSizes(count, k);
  if (weight && weight.shape.join() !== String(count))
    throw new UsageError(
      `${count} particles need weights [${count}], got shape [${weight.shape.join(', ')}]`,
    );
  const { amplitudes, phases, weights } = keep(
    scope(() => ({
      amplitudes: ops.view(law(generator, modes * count, k), [modes, count, k]),
      phases: ops.mulScalar(generator.uniform([modes, count, k], 'f64'), 2 * Math.PI),
      weights: weight ?? ops.full([count], 1 / count, 'f64'),
    })),
  );
  return (t): Particles => ({
    theta: scope(() => {
      const terms = Array.from({ length: modes }, (_, r) =>
        ops.mul(
          ops.select(amplitudes, 0, r),
          ops.cos(ops.addScalar(ops.select(phases, 0, r), Math.PI * r * t)),
        ),
      );
      return ops.mulScalar(
        terms.reduce((sum, term) => ops.add(sum, term)),
        1 / Math.sqrt(modes),
      );
    }),
    weight: weights,
  });
}
