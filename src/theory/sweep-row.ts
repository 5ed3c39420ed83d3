/** One row of a sweep: calls the body at one point without recording gradients, and frees its tensors. */
import { unexpected } from '../check.ts';
import { UsageError } from '../errors.ts';
import { noGrad, scope } from '../tensor/index.ts';
import type { SweepRow } from './table.ts';

/**
 * The variables, followed by the columns of the body.
 *
 * @throws UsageError for a body that is asynchronous, returns something other than numbers, or has a column named
 * like a variable
 */
export function measureRow<P extends SweepRow, R extends SweepRow>(body: (point: P) => R, point: P): P & R {
  const measured = noGrad(() => scope(() => checkResult(body({ ...point }))));
  for (const [name, value] of Object.entries(measured)) {
    if (name in point) throw new UsageError(`the column ${name} has the name of a sweep variable: rename it`);
    if (typeof value !== 'number') throw unexpected('a number', `the column ${name}`, value);
  }
  return { ...point, ...measured };
}

function checkResult<R>(result: R): R {
  if (typeof result !== 'object' || result === null || Array.isArray(result))
    throw unexpected('an object of columns, such as { error },', 'the result of the body of a sweep', result);
  if ('then' in result) throw new UsageError('the body of a sweep must be synchronous');
  return result;
}
