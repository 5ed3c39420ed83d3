/** Tests for NaN and infinite values. */
import { ops, scope, type Tensor } from '../tensor/index.ts';

/** Whether every entry is finite. */
export function allFinite(x: Tensor): boolean {
  return scope(() => Number.isFinite(ops.sum(ops.mulScalar(x, 0)).item()));
}
