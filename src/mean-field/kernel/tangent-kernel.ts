/** The neural tangent kernel of a mean-field ResNet, summed over residual blocks. */
import { type LongCallOptions, longCallKeys, watchCall } from '../../cancel.ts';
import { checkNumber, checkOneOf, checkOptions } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import type { Covectors, Family, Particles } from '../families/index.ts';
import { checkFlow } from '../check-flow.ts';
import type { GridMeasure } from '../measures/index.ts';
import { withDepths } from '../measures/measure.ts';
import { inChunks } from '../families/row-chunks.ts';
import { checkFinite } from '../finite.ts';
import { type FlowInput, initialState, type Problem, sampleCount } from '../problem.ts';
import { checkTensor } from '../../tensor/check-tensor.ts';
import { covectorRows, outputCount } from './covector-rows.ts';
import { hasNegative, kernelSize, type KernelSize, samplesAtOnce } from './kernel-size.ts';

export const metrics = ['wasserstein', 'euclidean'] as const;
/**
 * How a gradient moves a particle: `wasserstein`, dtheta/ds = - dE/dtheta / (h w), the gradient flow of the
 * measure; `euclidean`, dtheta/ds = - dE/dtheta.
 */
export type Metric = (typeof metrics)[number];

/** Options of {@link tangentKernel}. */
export interface KernelOptions extends LongCallOptions {
  /** x' of the columns, [N', D]. Default: the problem's inputs. */
  readonly against?: Tensor | undefined;
  /** Default: wasserstein. */
  readonly metric?: Metric | undefined;
  /** Called with the contribution of each residual block, [N C, N' C], which is freed after the call. */
  readonly onBlock?: ((block: Tensor, l: number) => void) | undefined;
  /** Limit on memory, in bytes. Default: 4 GiB. */
  readonly maxBytes?: number | undefined;
}

const optionKeys = { against: true, metric: true, onBlock: true, maxBytes: true, ...longCallKeys } as const;

/**
 * The estimated size of {@link tangentKernel}, without computing it.
 *
 * @throws UsageError for shapes that do not match or unknown options
 */
export function tangentKernelSize(
  problem: FlowInput | Problem,
  family: Family,
  measure: GridMeasure,
  options: Pick<KernelOptions, 'against'> = {},
): KernelSize {
  checkOptions('tangentKernelSize', options, { against: true });
  checkFlow(problem, family, measure);
  const { against } = options;
  if (against) checkAgainst(problem, against);
  const d = scope(() => initialState(problem).shape[1] ?? 0);
  return kernelSize(family, measure, {
    samples: sampleCount(problem),
    others: against?.shape[0],
    outputs: outputCount(problem),
    d,
  });
}

/**
 * K((x, c), (x', c')) = sum over particles of c_lj (grad_theta f(X^l(x), theta_lj)^T P_c) . (grad_theta f(X^l(x'),
 * theta_lj)^T P_c'), c_lj = h_l w_lj (wasserstein) or (h_l w_lj)^2 (euclidean). Under gradient flow of the squared
 * loss, predictions satisfy du/ds = - K (u - y) / N. Source: Jacot, Gabriel, Hongler 2018.
 *
 * @returns [N C, N' C], output fastest
 * @throws UsageError for shapes that do not match, or a kernel that needs more than `maxBytes`; AbortError if
 * `signal` aborts
 */
export function tangentKernel(
  problem: FlowInput | Problem,
  family: Family,
  measure: GridMeasure,
  options: KernelOptions = {},
): Tensor {
  checkFlow(problem, family, measure);
  checkOptions('tangentKernel', options, optionKeys);
  const { against, metric = 'wasserstein', onBlock, maxBytes = 2 ** 32 } = options;
  const watch = watchCall('tangentKernel', options);
  checkOneOf('metric', metric, metrics);
  const { rows, columns, bytes } = tangentKernelSize(problem, family, measure, { against });
  if (bytes > checkNumber('maxBytes', maxBytes, { above: 0 }))
    throw new UsageError(
      `a tangent kernel of ${rows} x ${columns} needs about ${gib(bytes)} GiB, above maxBytes (${gib(maxBytes)} GiB): use fewer samples or raise maxBytes`,
    );
  return noGrad(() =>
    scope(() => {
      const left = rowsInChunks(problem, family, measure);
      const right = against ? rowsInChunks({ ...problem, inputs: against }, family, measure) : left;
      const rho = withDepths(family, measure);
      let sum: Tensor | undefined;
      measure.steps.forEach((h, l) => {
        sum = scope(() => {
          const { theta, weight, depth } = rho.particles(l, 0);
          const mass = ops.mulScalar(weight, h);
          const coefficient = metric === 'wasserstein' ? mass : ops.mul(mass, mass);
          const block = blockKernel(family, left[l]!, right[l]!, { theta, weight: coefficient, depth });
          if (sum) ops.add_(sum, block);
          const total = sum ?? (onBlock ? ops.clone(block) : block);
          // Add the block before the callback sees it: the callback may overwrite it.
          onBlock?.(block, l);
          return total;
        });
        watch(l + 1, measure.steps.length);
      });
      return sum!;
    }),
  );
}

/** @throws UsageError unless x' has the features and the dtype of x, and is finite */
function checkAgainst({ inputs }: FlowInput, against: Tensor): void {
  checkTensor('against', against);
  const [, features = 0] = inputs.shape;
  if (against.rank !== 2 || against.size === 0 || against.shape[1] !== features)
    throw new UsageError(`against: expected [N', ${features}], got shape [${against.shape.join(', ')}]`);
  if (against.dtype !== inputs.dtype)
    throw new UsageError(
      `inputs and against must have the same dtype, got ${inputs.dtype} and ${against.dtype}`,
    );
  checkFinite('against', against);
}

/** {@link covectorRows}, a few samples at a time. */
function rowsInChunks(problem: FlowInput, family: Family, measure: GridMeasure): Covectors[] {
  return scope(() => {
    const { inputs } = problem;
    const outputs = outputCount(problem);
    const d = scope(() => initialState(problem).shape[1] ?? 0);
    const atOnce = samplesAtOnce(family, measure, d);
    // inChunks counts rows: each sample has one per output.
    const all = inChunks((inputs.shape[0] ?? 0) * outputs, atOnce * outputs, (from, to) =>
      covectorRows(
        { ...problem, inputs: ops.sliceDim(inputs, 0, from / outputs, to / outputs) },
        family,
        measure,
      ).flatMap(({ state, covector }) => [state, covector]),
    );
    return measure.steps.map((_, l) => ({ state: all[2 * l]!, covector: all[2 * l + 1]! }));
  });
}

const gib = (bytes: number): string => (bytes / 2 ** 30).toPrecision(3);

/**
 * The contribution of one slice of particles, [R, R']: sum_j c_j (grad_theta f^T q)(grad_theta f^T q'), with
 * weights c of any sign.
 */
function blockKernel(family: Family, rows: Covectors, columns: Covectors, particles: Particles): Tensor {
  const { theta, weight: coefficient } = particles;
  if (family.tangent) return family.tangent(rows, columns, theta, coefficient);
  return scope(() => {
    const root = ops.sqrt(ops.abs(coefficient));
    if (rows !== columns)
      return product(
        parameterGradients(family, rows, particles, ops.mul(root, ops.sign(coefficient))),
        parameterGradients(family, columns, particles, root),
      );
    const left = parameterGradients(family, rows, particles, root);
    if (!hasNegative(coefficient)) return product(left, left);
    const each = ops.view(left, [left.shape[0] ?? 0, theta.shape[0] ?? 0, -1]);
    const signed = ops.mul(each, ops.unsqueeze(ops.sign(coefficient), 1));
    return product(ops.view(signed, left.shape), left);
  });
}

/** A B^T */
const product = (a: Tensor, b: Tensor): Tensor => ops.mm(a, ops.transpose(b, 0, 1));

/** r_j grad_theta f(x, theta_j)^T q for each row, [R, M k], with one pull-back per row. */
function parameterGradients(
  family: Family,
  { state, covector }: Covectors,
  { theta, depth }: Particles,
  scale: Tensor,
): Tensor {
  return scope(() => {
    const weight = ops.addScalar(ops.mulScalar(scale, 0), 1);
    const rows = ops.zeros([state.shape[0] ?? 0, theta.size], theta.dtype, undefined, theta.device);
    for (let r = 0; r < (state.shape[0] ?? 0); r++)
      scope(() => {
        const row = (x: Tensor): Tensor => ops.sliceDim(x, 0, r, r + 1);
        const pulled = family.pullback(row(state), { theta, weight, depth }, row(covector), { theta: true });
        const scaled = ops.mul(pulled.theta!, ops.unsqueeze(scale, 1));
        ops.copy_(row(rows), ops.reshape(scaled, [1, -1]));
      });
    return rows;
  });
}
