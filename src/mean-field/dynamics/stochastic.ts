/**
 * Stochastic gradient descent on the particles: batches of samples, and noise that turns the flow into a Langevin
 * flow.
 */
import { longCallKeys } from '../../cancel.ts';
import { checkInteger, checkNeededOptions, checkNumber, checkOneOf } from '../../check.ts';
import { type Generator, noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import type { Family } from '../families/index.ts';
import { particleGradient } from '../gradient.ts';
import type { MovableMeasure } from '../measures/index.ts';
import { checkProblem, type Problem, sampleCount, samplesOf } from '../problem.ts';
import type { GradientFunction } from './descent-field.ts';
import { flowAs, type FlowResult, type WassersteinFlowOptions } from './wasserstein-flow.ts';

export const samplings = ['independent', 'epochs'] as const;
/**
 * independent: the samples of a batch are drawn independently. epochs: random permutations of all samples, cut
 * into batches.
 */
export type Sampling = (typeof samplings)[number];

/** Options of {@link stochasticDescent} beyond those of a flow. */
export interface StochasticOptions {
  /** Samples per step, 1 .. N. */
  readonly batch: number;
  readonly generator: Generator;
  /** Default: independent. */
  readonly sampling?: Sampling | undefined;
  /** beta: after each step every particle moves by sqrt(2 beta ds) N(0, I). Default: 0. */
  readonly noise?: number | undefined;
}

/** Random numbers drawn from libtorch at a time. */
const chunk = 4096;

/**
 * A function that returns the sample indices of the next batch.
 *
 * @throws UsageError for a batch that is empty or larger than the data, or unknown options
 */
export function batchSampler(count: number, options: Omit<StochasticOptions, 'noise'>): () => number[] {
  checkNeededOptions('batchSampler', options, { batch: true, generator: true, sampling: true });
  const { batch, generator, sampling = 'independent' } = options;
  checkInteger('the number of samples', count, { min: 1 });
  checkInteger('batch', batch, { min: 1, max: count });
  checkOneOf('sampling', sampling, samplings);
  const more = (): number[] =>
    noGrad(() =>
      scope(() => {
        if (sampling === 'epochs') return ops.argsort(generator.uniform([count], 'f64')).toArray();
        const drawn = generator.uniform([chunk], 'f64').toArray();
        return drawn.map((u) => Math.floor(u * count));
      }),
    );
  let waiting: number[] = [];
  return () => {
    while (waiting.length < batch) waiting = [...waiting, ...more()];
    const taken = waiting.slice(0, batch);
    waiting = waiting.slice(batch);
    return taken;
  };
}

/**
 * The gradient over the next batch at each call; its loss is that of the batch.
 *
 * @throws UsageError for an invalid problem, or a batch that is empty or larger than the data
 */
export function batchGradient(problem: Problem, options: Omit<StochasticOptions, 'noise'>): GradientFunction {
  checkProblem(problem);
  const next = batchSampler(sampleCount(problem), options);
  return (whole, family, measure, flowOptions) =>
    noGrad(() =>
      scope(() => {
        const index = tensor(BigInt64Array.from(next(), BigInt));
        return particleGradient(samplesOf(whole, index), family, measure, flowOptions);
      }),
    );
}

/** theta <- theta + sqrt(2 beta ds) N(0, I), in place. @throws UsageError for a negative beta */
export function langevinNoise(beta: number, generator: Generator): (theta: Tensor, ds: number) => void {
  checkNumber('noise', beta, { min: 0 });
  return (theta, ds) => {
    checkNumber('ds', ds, { min: 0 });
    scope(() => {
      ops.add_(theta, generator.normal(theta.shape, theta.dtype), Math.sqrt(2 * beta * ds));
    });
  };
}

const descentKeys = {
  ds: true,
  maxSteps: true,
  until: true,
  targetLoss: true,
  minDissipation: true,
  onStep: true,
  weightRate: true,
  integrator: true,
  batch: true,
  generator: true,
  sampling: true,
  noise: true,
  ...longCallKeys,
} as const;

/**
 * theta_lj <- theta_lj - ds grad_theta G_batch(theta_lj, t_l) + sqrt(2 beta ds) N(0, I), one batch per step. It
 * reports the loss and D of each batch. As ds -> 0 it follows the gradient flow of E plus beta times the entropy
 * of rho.
 *
 * @throws UsageError for a batch that is empty or larger than the data, or negative noise
 */
export function stochasticDescent<M extends MovableMeasure<M>>(
  problem: Problem,
  family: Family,
  start: M,
  options: Omit<WassersteinFlowOptions<M>, 'method' | 'gradient' | 'perturb' | 'tolerances'> &
    StochasticOptions,
): FlowResult<M> {
  checkNeededOptions<typeof options>('stochasticDescent', options, descentKeys);
  const { noise = 0, generator, batch, sampling, ...flow } = options;
  checkNumber('noise', noise, { min: 0 });
  return flowAs<M>('stochasticDescent', problem, family, start, {
    ...flow,
    method: 'euler',
    gradient: batchGradient(problem, { batch, generator, sampling }),
    perturb: noise > 0 ? langevinNoise(noise, generator) : undefined,
  });
}
