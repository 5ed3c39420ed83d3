/** Lazy training: predictions scaled by alpha, so that parameters barely move. */
import { checkNumber, checkOptions } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import { ops, scope } from '../../tensor/index.ts';
import type { Family } from '../families/index.ts';
import { checkFit } from '../check-flow.ts';
import { predict } from '../gradient.ts';
import { squaredLoss } from '../losses.ts';
import type { Measure } from '../measures/index.ts';
import type { Problem } from '../problem.ts';

/** Options of {@link lazyProblem}. */
export interface LazyOptions {
  /** true: trains alpha (f - f_0), which starts at 0; false: alpha f. Default: true. */
  readonly centred?: boolean | undefined;
}

/**
 * The problem of training alpha (f - f_0) on y with the loss divided by alpha^2, where f_0 is the network of the
 * given measure: 1/alpha^2 times 1/2 |alpha (f - f_0) - y|^2 is the squared loss of f at the targets f_0 + y /
 * alpha. Source: Chizat, Oyallon, Bach 2019.
 *
 * @throws UsageError for a loss other than the squared one, or an alpha that is not positive
 */
export function lazyProblem(
  problem: Problem,
  family: Family,
  start: Measure,
  alpha: number,
  options: LazyOptions = {},
): Problem {
  checkFit(problem, family, start);
  checkOptions('lazyProblem', options, { centred: true });
  const { centred = true } = options;
  checkNumber('alpha', alpha, { above: 0 });
  if (problem.innerLosses?.length) throw new UsageError('lazy training does not support inner losses');
  if ((problem.loss ?? squaredLoss) !== squaredLoss)
    throw new UsageError(`lazy training supports only the squared loss, got ${problem.loss?.name}`);
  const scaled = scope(() => ops.divScalar(problem.targets, alpha));
  const targets = centred ? scope(() => ops.add(predict(problem, family, start), scaled)) : scaled;
  return { ...problem, targets };
}
