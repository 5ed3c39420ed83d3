/** Assigns images to batches: a function of (seed, epoch, batch) alone. */
import { checkBoolean, checkInteger, checkOptions } from '../check.ts';
import { UsageError } from '../errors.ts';
import { permutation } from './random.ts';

interface BatchPlanOptions {
  /** Drop the last batch if it is smaller than the others. Default: false. */
  readonly dropLast?: boolean;
}

/**
 * The batches of each epoch: images in an order that depends only on seed and epoch.
 *
 * @example
 * const plan = new BatchPlan(1000, 128);
 * const first = plan.indices(plan.order(1, 0), 0); // 128 indices
 */
export class BatchPlan {
  readonly batchSize: number;
  readonly count: number;
  /** Number of batches in an epoch; the last may be smaller. */
  readonly batches: number;

  /** @throws UsageError if a batch is larger than the data */
  constructor(count: number, batchSize: number, options: BatchPlanOptions = {}) {
    checkOptions('BatchPlan', options, { dropLast: true });
    const dropLast = checkBoolean('dropLast', options.dropLast) ?? false;
    checkInteger('count', count, { min: 0 });
    checkInteger('batch size', batchSize, { min: 1 });
    if (batchSize > count)
      throw new UsageError(
        `a batch of ${batchSize} images is larger than the data (${count} images): use --batch-size ${count} or less`,
      );
    this.count = count;
    this.batchSize = batchSize;
    this.batches = dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
  }

  /** All images of an epoch in order; independent of the batch size. */
  order(seed: number, epoch: number): Int32Array {
    return permutation(seed, epoch, this.count);
  }

  /** The images of one batch. @param order - from {@link BatchPlan.order} */
  indices(order: Int32Array, batch: number): Int32Array {
    checkInteger('batch', batch, { min: 0, max: this.batches - 1 });
    return order.subarray(batch * this.batchSize, Math.min((batch + 1) * this.batchSize, this.count));
  }
}
