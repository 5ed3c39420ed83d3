/**
 * The semi-dual of entropic transport, a concave function of one potential psi, [1, m]: H(psi) = sum_j b_j psi_j -
 * sum_i a_i log sum_j exp(kernel_ij + psi_j), kernel = -cost / epsilon. The other potential makes the rows of the
 * plan exact.
 */
import { ops, scope, type Tensor } from '../../tensor/index.ts';

export interface SemiDual {
  /** -cost / epsilon, [n, m]. */
  readonly kernel: Tensor;
  /** The weights of the rows, [n, 1], and of the columns, [1, m]. */
  readonly rows: Tensor;
  readonly columns: Tensor;
}

/** log sum_j exp(kernel_ij + psi_j), [n, 1] */
const rowSums = (kernel: Tensor, psi: Tensor): Tensor => ops.logsumexp(ops.add(kernel, psi), [1], true);

/** The plan with exact row sums, [n, m]. */
export function planOf({ kernel, rows }: SemiDual, psi: Tensor): Tensor {
  return scope(() => {
    const all = ops.add(kernel, psi);
    return ops.mul(ops.exp(ops.sub(all, ops.logsumexp(all, [1], true))), rows);
  });
}

/** b minus the column sums of the plan, [1, m]: the gradient of H. */
const marginalResidual = ({ columns }: SemiDual, plan: Tensor): Tensor =>
  ops.sub(columns, ops.sumDim(plan, [0], true));

/** sum_j |sum_i pi_ij - b_j|. */
export function marginalError(dual: SemiDual, psi: Tensor): number {
  return scope(() => ops.sum(ops.abs(marginalResidual(dual, planOf(dual, psi)))).item());
}

/** One Sinkhorn iteration: scales the rows to their marginals, then the columns. */
export function sinkhornStep({ kernel, rows, columns }: SemiDual, psi: Tensor): Tensor {
  return scope(() => {
    const phi = ops.sub(ops.log(rows), rowSums(kernel, psi));
    return ops.sub(ops.log(columns), ops.logsumexp(ops.add(kernel, phi), [0], true));
  });
}

/** H(psi). */
export function height({ kernel, rows, columns }: SemiDual, psi: Tensor): number {
  return scope(() =>
    ops.sub(ops.sum(ops.mul(columns, psi)), ops.sum(ops.mul(rows, rowSums(kernel, psi)))).item(),
  );
}

/** Bound on a Newton step: potentials are logarithms, and H is far from quadratic beyond it. */
const longestMove = 4;
const sufficient = 1e-4;
const halvings = 30;

/** A Newton step on H, shortened until H rises enough. A few replace thousands of Sinkhorn iterations. */
export function newtonStep(dual: SemiDual, psi: Tensor): Tensor {
  return scope(() => {
    const { direction, slope } = newtonDirection(dual, psi);
    const before = height(dual, psi);
    // H is a difference of sums: near its maximum a step gains less than their rounding error.
    const tolerance = 16 * Number.EPSILON * (1 + Math.abs(before));
    let length = Math.min(1, longestMove / ops.max(ops.abs(direction)).item());
    for (let i = 0; i < halvings; i++, length /= 2) {
      const next = ops.add(psi, direction, length);
      if (height(dual, next) >= before + sufficient * length * slope - tolerance) return next;
    }
    return psi;
  });
}

/** Solves (diag(c) - P^T diag(1/a) P) direction = b - c, with the column sums c. */
function newtonDirection(dual: SemiDual, psi: Tensor): { direction: Tensor; slope: number } {
  return scope(() => {
    const plan = planOf(dual, psi);
    const residual = marginalResidual(dual, plan);
    const curvature = ops.mm(ops.transpose(plan, 0, 1), ops.div(ops.neg(plan), dual.rows));
    // Adding a constant to psi does not change H; this fixes the constant.
    ops.add_(curvature, ops.mm(ops.transpose(dual.columns, 0, 1), dual.columns));
    const ridge = 1e-3 * Math.min(1e-3, ops.sum(ops.abs(residual)).item()) + 1e-14;
    const diagonal = ops.add(ops.sub(dual.columns, residual), dual.columns, ridge);
    ops.add_(ops.diagonal(curvature), ops.squeeze(diagonal, 0));
    const direction = ops.transpose(ops.solve(curvature, ops.transpose(residual, 0, 1)), 0, 1);
    return { direction, slope: ops.sum(ops.mul(residual, direction)).item() };
  });
}
