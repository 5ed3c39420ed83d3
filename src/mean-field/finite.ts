/** Tests for NaN and infinite values. */
import { UsageError } from '../errors.ts';
import { ops, scope, type Tensor } from '../tensor/index.ts';

/** Whether every entry is finite. */
function allFinite(x: Tensor): boolean {
  return scope(() => Number.isFinite(ops.sum(ops.mulScalar(x, 0)).item()));
}

/** @throws UsageError unless every entry is finite */
export function checkFinite(name: string, x: Tensor): void {
  if (!allFinite(x)) throw new UsageError(`found NaN or an infinite number in ${name}`);
}
