/** Laws from which particles are drawn. Like those of a `Generator`, draws are f32 by default. */
import { checkInteger, checkNumber, checkOptions, unexpected } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import {
  defaultDtype,
  type DType,
  full,
  type Generator,
  type NumericArray,
  ops,
  scope,
  type Tensor,
  fromBuffer,
  to,
} from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { checkReturned } from '../user-function.ts';
import type { DepthPath } from './path.ts';
import { rowLengths } from './row-lengths.ts';

/** A law on R^k: `count` independent draws, [count, k]. */
export type Law = (generator: Generator, count: number, k: number, dtype?: DType) => Tensor;

/** N(0, std^2 I). @throws UsageError for a negative standard deviation */
export function gaussian(std = 1): Law {
  checkNumber('std', std, { min: 0 });
  return (generator, count, k, dtype = defaultDtype) => {
    checkSizes(count, k);
    return scope(() => ops.mulScalar(generator.normal([count, k], dtype), std));
  };
}

/** Uniform on the sphere of that radius around 0. @throws UsageError for a radius that is not positive */
export function sphere(radius = 1): Law {
  checkNumber('radius', radius, { above: 0 });
  return (generator, count, k, dtype = defaultDtype) => {
    checkSizes(count, k);
    return scope(() => {
      const x = generator.normal([count, k], dtype);
      return ops.mulScalar(ops.div(x, rowLengths(x)), radius);
    });
  };
}

/** Uniform on the ball Q_r. @throws UsageError for a radius that is not positive */
export function ball(radius = 1): Law {
  const onSphere = sphere(radius);
  return (generator, count, k, dtype = defaultDtype) =>
    scope(() =>
      ops.mul(onSphere(generator, count, k, dtype), ops.pow(generator.uniform([count, 1], dtype), 1 / k)),
    );
}

function checkSizes(count: number, k: number): void {
  checkInteger('the number of particles', count, { min: 1 });
  checkInteger('k', k, { min: 1 });
}

/**
 * Independent draws in every slice, [L, M, k].
 *
 * @param dtype - default: f32
 * @throws UsageError for sizes that are not positive integers
 *
 * @example
 * independentSlices(gaussian(), new Generator(1), 4, 16, 7, 'f64').shape; // [4, 16, 7]
 */
export function independentSlices(
  law: Law,
  generator: Generator,
  slices: number,
  count: number,
  k: number,
  dtype: DType = defaultDtype,
): Tensor {
  checkInteger('slices', slices, { min: 1 });
  checkSizes(count, k);
  return scope(() => ops.view(drawn(law, generator, slices * count, k, dtype), [slices, count, k]));
}

/** Draws from a law, which may be the user's, and checks the result. @throws UsageError unless it is [count, k] */
function drawn(law: Law, generator: Generator, count: number, k: number, dtype: DType): Tensor {
  if (typeof law !== 'function') throw unexpected('a law, such as gaussian()', 'the law', law);
  return checkReturned('the law', law(generator, count, k, dtype), { shape: [count, k] });
}

/** Options of {@link smoothPaths}. */
export interface SmoothOptions {
  /** Number of cosines in each path, R. Default: 3. */
  readonly modes?: number | undefined;
  /** [M]. Default: 1/M each. */
  readonly weight?: Tensor | undefined;
  /** Default: that of the weights, or f32. */
  readonly dtype?: DType | undefined;
}

/**
 * M particles that move smoothly with depth, theta_m(t) = sum_r a_mr cos(pi r t + phi_mr) over modes r = 0 .. R -
 * 1, with amplitudes drawn from the law and divided by sqrt(R). The path is a function of t that can be evaluated
 * anywhere.
 *
 * The path owns no tensors: particles belong to the scope in which it is evaluated, `weight` stays the caller's.
 *
 * @throws UsageError for options out of range, or weights that do not match
 */
export function smoothPaths(
  law: Law,
  generator: Generator,
  count: number,
  k: number,
  options: SmoothOptions = {},
): DepthPath {
  checkOptions<SmoothOptions>('smoothPaths', options, { modes: true, weight: true, dtype: true });
  const { modes = 3, weight } = options;
  checkInteger('modes', modes, { min: 1 });
  checkSizes(count, k);
  if (weight && weight.shape.join() !== String(count))
    throw new UsageError(
      `${count} particles need weights [${count}], got shape [${weight.shape.join(', ')}]`,
    );
  const { dtype = weight?.dtype ?? defaultDtype } = options;
  if (weight && weight.dtype !== dtype)
    throw new UsageError(`theta and weight must have the same dtype, got ${dtype} and ${weight.dtype}`);
  // Numbers, not tensors: a path outlives the scope in which it is drawn.
  const wave = scope(() => {
    const amplitudes = ops.toDtype(drawn(law, generator, modes * count, k, dtype), dtype);
    return {
      amplitudes: amplitudes.toTypedArray(),
      phases: ops.mulScalar(generator.uniform([modes, count, k], 'f64'), 2 * Math.PI).toTypedArray(),
      device: amplitudes.device,
    };
  });
  const frequencies = Float64Array.from({ length: modes }, (_, r) => Math.PI * r);
  const { device } = wave;
  const over = (data: NumericArray, shape: readonly number[]): Tensor =>
    to(fromBuffer(data, shape), { device });
  return (t): Particles => ({
    theta: scope(() => {
      checkNumber('depth', t);
      const shift = ops.mulScalar(over(frequencies, [modes, 1, 1]), t);
      const waves = ops.cos(ops.add(over(wave.phases, [modes, count, k]), shift));
      const terms = ops.mul(over(wave.amplitudes, [modes, count, k]), ops.toDtype(waves, dtype));
      return ops.mulScalar(ops.sumDim(terms, [0]), 1 / Math.sqrt(modes));
    }),
    weight: weight ?? full([count], 1 / count, { dtype, device }),
  });
}
