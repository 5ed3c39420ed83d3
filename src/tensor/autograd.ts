/** Gradients, and switches for recording. */
import { checkList, checkNeededFunction, checkOptions } from '../check.ts';
import { UsageError } from '../errors.ts';
import { guarded, native } from '../native/index.ts';
import { refuseAsync } from './scope.ts';
import { checkTensor } from './check-tensor.ts';
import { Tensor } from './tensor.ts';

export interface GradOptions {
  /** One per output; a scalar output needs none. */
  readonly cotangents?: readonly Tensor[];
  /** Keep the graph for another gradient (default: free it). */
  readonly retainGraph?: boolean;
  /** Make the gradient differentiable too. */
  readonly createGraph?: boolean;
}

/**
 * dE/d(inputs): the gradient of a scalar (or, with cotangents, the vector-Jacobian product of several outputs) with
 * respect to a list of tensors, in their order.
 *
 * @throws UsageError if an output does not depend on an input, OperatorError if an input does not require gradients
 *
 * @example
 * const x = tensor([1, 2], 'f64').setRequiresGrad();
 * const [gradient] = grad(ops.sum(ops.mul(x, x)), [x]); // 2 x
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions = {},
): Tensor[] {
  checkOptions('grad', options, { cotangents: true, retainGraph: true, createGraph: true });
  const { cotangents, retainGraph, createGraph = false } = options;
  const list = outputs instanceof Tensor ? [outputs] : outputs;
  checkTensors('outputs', list);
  checkTensors('inputs', inputs);
  if (cotangents !== undefined) checkTensors('cotangents', cotangents);
  const handles = guarded(() =>
    native().gradient(
      list.map((output) => output.handle),
      inputs.map((input) => input.handle),
      cotangents ? cotangents.map((cotangent) => cotangent.handle) : null,
      retainGraph ?? createGraph,
      createGraph,
    ),
  );
  // Wrap all handles before checking, so that none leaks.
  const tensors = handles.map((handle) => (handle === null ? null : new Tensor(handle)));
  return tensors.map((gradient, index) => {
    if (gradient) return gradient;
    for (const other of tensors) other?.dispose();
    throw new UsageError(`the output does not depend on input ${index} of grad (${String(inputs[index])})`);
  });
}

function checkTensors(name: string, tensors: readonly Tensor[]): void {
  checkList(`the ${name} of grad`, tensors).forEach((one, i) => checkTensor(`${name}[${i}] of grad`, one));
}

/** The mode set here; the native side keeps one per thread and starts with recording on. */
let recording = true;

/** Whether operators record for autograd. */
export function isGradEnabled(): boolean {
  return recording;
}

function withGradMode<T>(flag: boolean, body: () => T): T {
  checkNeededFunction(`the body of ${flag ? 'enableGrad' : 'noGrad'}`, body);
  const before = native().setGradMode(flag);
  recording = flag;
  try {
    return refuseAsync(flag ? 'enableGrad' : 'noGrad', body());
  } finally {
    native().setGradMode(before);
    recording = before;
  }
}

/**
 * Runs `body` without recording operators.
 *
 * @example
 * const logits = noGrad(() => ops.matmul(images, images));
 */
export function noGrad<T>(body: () => T): T {
  return withGradMode(false, body);
}

/** Runs `body` with recording, even inside `noGrad`. */
export function enableGrad<T>(body: () => T): T {
  return withGradMode(true, body);
}
