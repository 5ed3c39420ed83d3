/** The neural tangent kernel of a mean-field ResNet, one residual block after the other. */
import { type LongCallOptions, longCallKeys, watchCall } from '../../cancel.ts';
import { checkNumber, checkOneOf, checkOptions } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { noGrad, ops, scope, type Tensor } from '../../tensor/index.ts';
import type { Covectors, Family, Particles } from '../families/index.ts';
import { checkFlow } from '../gradient.ts';
import type { GridMeasure } from '../measures/index.ts';
import { withDepths } from '../measures/measure.ts';
import { type FlowInput, initialState, type Problem, sampleCount } from '../problem.ts';
import { covectorRows, outputCount } from './covector-rows.ts';

export const metrics = ['wasserstein', 'euclidean'] as const;
/**
 * How far a particle moves for a gradient: `wasserstein`, dtheta/ds = - dE/dtheta / (h w), the gradient flow of the measure;
 * `euclidean`, dtheta/ds = - dE/dtheta.
 */
export type Metric = (typeof metrics)[number];

export interface KernelOptions extends LongCallOptions {
  /** x' of the columns, [N', D]; left out, the kernel of the problem's inputs with themselves. */
  readonly against?: Tensor | undefined;
  /** Default: wasserstein. */
  readonly metric?: Metric | undefined;
  /** Called with the share of each residual block, [N C, N' C]; it is freed after the call. */
  readonly onBlock?: ((block: Tensor, l: number) => void) | undefined;
  /** What a kernel may need at most. Default: 4 GiB. */
  readonly maxBytes?: number | undefined;
}

const optionKeys = { against: true, metric: true, onBlock: true, maxBytes: true, ...longCallKeys } as const;

export interface KernelSize {
  /** N C and N' C. */
  readonly rows: number;
  readonly columns: number;
  /** Of memory at the peak, about. */
  readonly bytes: number;
  /** Floating-point operations, about. */
  readonly operations: number;
}

/** What {@link tangentKernel} will need, before anything is computed. */
export function tangentKernelSize(
  problem: FlowInput | Problem,
  family: Family,
  measure: GridMeasure,
  { against }: Pick<KernelOptions, 'against'> = {},
): KernelSize {
  const outputs = outputCount(problem);
  const rows = sampleCount(problem) * outputs;
  const columns = (against?.shape[0] ?? sampleCount(problem)) * outputs;
  const [slices = 0, particles = 0, k = 0] = measure.theta.shape;
  const d = scope(() => initialState(problem).shape[1] ?? 0);
  const all = rows + (against ? columns : 0);
  // Features of a particle: s and s' (a.q) in closed form, else the gradient in theta itself.
  const features = particles * (family.tangent ? 2 : k);
  const size = measure.theta.dtype === 'f64' ? 8 : 4;
  return {
    rows,
    columns,
    bytes: size * (5 * rows * columns + 2 * all * features + 2 * all * d * (slices + 1)),
    operations: slices * (2 * rows * columns * (features + 2 * d) + 8 * all * particles * d),
  };
}

/**
 * K((x, c), (x', c')) = sum over particles of c_lj (grad_theta f(X^l(x), theta_lj)^T P_c) . (grad_theta f(X^l(x'),
 * theta_lj)^T P_c'), c_lj = h_l w_lj (wasserstein) or (h_l w_lj)^2 (euclidean). Under gradient flow of the squared loss
 * predictions obey du/ds = - K (u - y) / N. Source: Jacot, Gabriel, Hongler 2018.
 *
 * @returns [N C, N' C], output fastest
 * @throws UsageError for shapes that do not fit, and if it would need more than `maxBytes`; AbortError
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
  const { rows, columns, bytes } = tangentKernelSize(problem, family, measure, options);
  if (bytes > checkNumber('maxBytes', maxBytes, { above: 0 }))
    throw new UsageError(
      `a tangent kernel of ${rows} x ${columns} needs about ${gib(bytes)} GiB, above maxBytes (${gib(maxBytes)} GiB): take fewer samples or raise it`,
    );
  return noGrad(() =>
    scope(() => {
      const left = covectorRows(problem, family, measure);
      const right = against ? covectorRows({ ...problem, inputs: against }, family, measure) : left;
      const rho = withDepths(family, measure);
      let sum: Tensor | undefined;
      measure.steps.forEach((h, l) => {
        sum = scope(() => {
          const { theta, weight, depth } = rho.particles(l, 0);
          const mass = ops.mulScalar(weight, h);
          const coefficient = metric === 'wasserstein' ? mass : ops.mul(mass, mass);
          const block = blockKernel(family, left[l]!, right[l]!, { theta, weight: coefficient, depth });
          onBlock?.(block, l);
          return sum ? ops.add(sum, block) : block;
        });
        watch(l + 1, measure.steps.length);
      });
      return sum!;
    }),
  );
}

const gib = (bytes: number): string => (bytes / 2 ** 30).toPrecision(3);

/** The share of one slice of particles, [R, R']: sum_j c_j (grad_theta f^T q)(grad_theta f^T q'), c the weights, of any sign. */
export function blockKernel(
  family: Family,
  rows: Covectors,
  columns: Covectors,
  particles: Particles,
): Tensor {
  const { theta, weight: coefficient } = particles;
  if (family.tangent) return family.tangent(rows, columns, theta, coefficient);
  return scope(() => {
    const root = ops.sqrt(ops.abs(coefficient));
    const left = parameterGradients(family, rows, particles, root);
    const right = rows === columns ? left : parameterGradients(family, columns, particles, root);
    const [count = 0, width = 0] = left.shape;
    const each = ops.view(left, [count, theta.shape[0] ?? 0, -1]);
    const signed = ops.view(ops.mul(each, ops.unsqueeze(ops.sign(coefficient), 1)), [count, width]);
    return ops.mm(signed, ops.transpose(right, 0, 1));
  });
}

/** r_j grad_theta f(x, theta_j)^T q for each row, [R, M k], by one pull-back each. */
function parameterGradients(
  family: Family,
  { state, covector }: Covectors,
  { theta, depth }: Particles,
  scale: Tensor,
): Tensor {
  const weight = ops.addScalar(ops.mulScalar(scale, 0), 1);
  const rows = Array.from({ length: state.shape[0] ?? 0 }, (_, r) =>
    scope(() => {
      const row = (x: Tensor): Tensor => ops.sliceDim(x, 0, r, r + 1);
      const pulled = family.pullback(row(state), { theta, weight, depth }, row(covector), { theta: true });
      return ops.reshape(ops.mul(pulled.theta!, ops.unsqueeze(scale, 1)), [1, -1]);
    }),
  );
  return ops.cat(rows, 0);
}
