/** Entropic transport for epsilon far above all costs, by its expansion in 1 / epsilon. */
import { ops, type Tensor } from '../../tensor/index.ts';

/**
 * The minimum of sum pi_ij C_ij + epsilon KL(pi | a x b), up to (max C / epsilon)^2: the mean of C under a x b
 * minus the mean of D^2 / (2 epsilon), where D is C minus its means over rows and columns.
 *
 * @param rows - a, [n, 1]
 * @param columns - b, [1, m]
 */
export function entropicCostAtLargeEpsilon(
  cost: Tensor,
  rows: Tensor,
  columns: Tensor,
  epsilon: number,
): number {
  const overColumns = ops.sumDim(ops.mul(cost, columns), [1], true);
  const overRows = ops.sumDim(ops.mul(cost, rows), [0], true);
  const mean = ops.sum(ops.mul(overColumns, rows));
  const centred = ops.add(ops.sub(ops.sub(cost, overColumns), overRows), mean);
  const square = ops.sum(ops.mul(ops.mul(centred, centred), ops.mul(rows, columns))).item();
  return mean.item() - square / 2 / epsilon;
}
