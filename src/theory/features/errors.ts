/** Test errors of a trained mean-field network, and of its linearisation. */
import {
  energy,
  type GridMeasure,
  kernelRidge,
  type Problem,
  tangentKernel,
  wassersteinFlow,
} from '../../mean-field/index.ts';
import { ops, scope } from '../../tensor/index.ts';
import { blocks, readLastCoordinate, type Samples } from './tasks.ts';

/** Mean squared error on `test`. */
export type ErrorOn = (train: Samples, test: Samples, start: GridMeasure) => number;

/** The particles follow the gradient flow until the training loss is below 1e-4. */
export const meanFieldError: ErrorOn = (train, test, start) =>
  scope(() => {
    const { measure } = wassersteinFlow(readLastCoordinate(train), blocks, start, {
      ds: 0.2,
      maxSteps: 3000,
      targetLoss: 1e-4,
    });
    return 2 * energy(readLastCoordinate(test), blocks, measure);
  });

/** 10^-8 .. 10^2 times the mean diagonal of the kernel. */
const ridges = Array.from({ length: 21 }, (_, i) => 10 ** (i / 2 - 8));

/**
 * Ridge regression with the tangent kernel at initialisation, with the ridge that is best on the test data itself.
 */
export const lazyError: ErrorOn = (train, test, start) =>
  scope(() => {
    const problem: Problem = readLastCoordinate(train);
    const kernel = tangentKernel(problem, blocks, start);
    const cross = scope(() =>
      ops.transpose(tangentKernel(problem, blocks, start, { against: test.inputs }), 0, 1),
    );
    const size = ops.trace(kernel).item() / (kernel.shape[0] ?? 1);
    const predict = kernelRidge(kernel, train.targets);
    const errors = ridges.map((ridge) =>
      scope(() => {
        const difference = ops.sub(predict(cross, ridge * size), test.targets);
        return ops.mean(ops.mul(difference, difference)).item();
      }),
    );
    return Math.min(...errors);
  });
