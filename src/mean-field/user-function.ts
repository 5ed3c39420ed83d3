/** Protection around user-supplied functions: checks of their results, and copies of their arguments. */
import { show } from '../check.ts';
import { UsageError } from '../errors.ts';
import { type DType, ops, Tensor } from '../tensor/index.ts';

/** Requirements on a result; a property left out is not checked. */
interface Returned {
  readonly shape?: readonly number[];
  readonly dtype?: DType;
  readonly device?: string;
}

/**
 * @param what - the function, for messages, such as `family custom: value`
 * @throws UsageError unless `result` is a live tensor of that shape, dtype and device
 */
export function checkReturned(what: string, result: unknown, wanted: Returned): Tensor {
  const expected = `expected a tensor${wanted.dtype ? ` of ${wanted.dtype}` : ''}${wanted.shape ? ` [${wanted.shape.join(', ')}]` : ''}`;
  checkNotPromise(what, result);
  if (!(result instanceof Tensor)) throw new UsageError(`${what} returned ${nameOf(result)}, ${expected}`);
  if (result.disposed) throw new UsageError(`${what} returned a tensor that is disposed, ${expected}`);
  if (wanted.shape && result.shape.join() !== wanted.shape.join())
    throw new UsageError(`${what} returned shape [${result.shape.join(', ')}], ${expected}`);
  if (wanted.dtype && result.dtype !== wanted.dtype)
    throw new UsageError(`${what} returned ${result.dtype}, ${expected}`);
  if (wanted.device && result.device !== wanted.device)
    throw new UsageError(`${what} returned a tensor on ${result.device}, ${expected} on ${wanted.device}`);
  return result;
}

/** @throws UsageError for a promise: scope would free the tensors of an asynchronous function before it finishes */
export function checkNotPromise(what: string, result: unknown): void {
  if (typeof (result as { then?: unknown } | null | undefined)?.then !== 'function') return;
  // The promise may still reject, and nothing else would handle that.
  Promise.resolve(result).catch(() => undefined);
  throw new UsageError(`${what} returned a promise: it must be synchronous`);
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'undefined (is a return missing?)';
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `an array ${show(value)}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return `${show(value)} (${typeof value})`;
}

/** A copy to pass to a user's function, which may overwrite it. Autograd records the copy. */
export const copyFor = (x: Tensor): Tensor => ops.clone(x);
