/** The grid measure: L steps in depth with M weighted particles each. */
import { checkOptions } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { full, ops, scope, type Tensor } from '../../tensor/index.ts';
import {
  checkAtoms,
  checkSameShape,
  checkShapeOfTheta,
  checkStep,
  copySteps,
  type ParticleMeasure,
} from './measure.ts';

/** Options of {@link gridMeasure}. */
export interface GridOptions {
  /** h_l, [L]. Default: 1/L each. */
  readonly steps?: ArrayLike<number> | undefined;
  /** [L, M]. Default: 1/M each. */
  readonly weight?: Tensor | undefined;
  /** Whether to allow negative weights. Default: false. */
  readonly signed?: boolean | undefined;
}

/** rho(theta, t) = sum_j w_lj delta_{theta_lj} for t in step l. */
export interface GridMeasure extends ParticleMeasure {
  /** [L, M, k]. */
  readonly theta: Tensor;
  /** [L, M]. */
  readonly weight: Tensor;
  /** A measure with the same steps and weights and other particles. */
  withTheta(theta: Tensor): GridMeasure;
  /** A measure with the same steps and particles and other weights. */
  withWeight(weight: Tensor): GridMeasure;
}

/**
 * The grid measure with M particles in each of L steps.
 *
 * @param theta - [L, M, k]
 * @throws UsageError for shapes that do not match, negative weights or steps, NaN, unknown options
 *
 * @example
 * const rho = gridMeasure(independentSlices(gaussian(), new Generator(1), 4, 16, 7, 'f64')); // L = 4, M = 16, k = 7
 */
export function gridMeasure(theta: Tensor, options: GridOptions = {}): GridMeasure {
  checkOptions('gridMeasure', options, { steps: true, weight: true, signed: true });
  checkShapeOfTheta(theta, 3, '[L, M, k]');
  const [slices = 0, particles = 0] = theta.shape;
  const { steps: given = Array.from({ length: slices }, () => 1 / slices) } = options;
  const steps = copySteps(given);
  if (steps.length !== slices)
    throw new UsageError(`theta has ${slices} slices, but there are ${steps.length} steps`);
  const weight =
    options.weight ?? full([slices, particles], 1 / particles, { dtype: theta.dtype, device: theta.device });
  if (weight.shape.join() !== [slices, particles].join())
    throw new UsageError(
      `weight: expected [${slices}, ${particles}], got shape [${weight.shape.join(', ')}]`,
    );
  checkAtoms(theta, weight, options.signed);
  return unchecked(theta, weight, steps);
}

function unchecked(theta: Tensor, weight: Tensor, steps: readonly number[]): GridMeasure {
  return {
    steps,
    theta,
    weight,
    particles(l) {
      checkStep(l, steps);
      return { theta: ops.select(theta, 0, l), weight: ops.select(weight, 0, l) };
    },
    accumulate(l, part, into, factor) {
      scope(() => {
        ops.add_(ops.select(into, 0, l), part, factor);
      });
    },
    withTheta(other) {
      checkSameShape('theta', other, theta);
      return unchecked(other, weight, steps);
    },
    withWeight(other) {
      checkSameShape('weight', other, weight);
      return unchecked(theta, other, steps);
    },
  };
}
