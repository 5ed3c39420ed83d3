/** Whether numbers are numbers. */
import { ops, scope, type Tensor } from '../tensor/index.ts';

/** Whether no entry is NaN or infinite. */
export function allFinite(x: Tensor): boolean {
  return scope(() => Number.isFinite(ops.sum(ops.mulScalar(x, 0)).item()));
}
