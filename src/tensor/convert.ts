/** Converts between tensors and handles for generated operators. */
import { InternalError } from '../errors.ts';
import type { Handle, NativeResult } from '../native/index.ts';
import { Tensor } from './tensor.ts';

/** The part of a random generator that operators use; `Generator` itself builds on operators. */
export interface GeneratorHandle {
  readonly id: number;
}

export function handleOf(tensor: Tensor | null | undefined): Handle | null {
  return tensor ? tensor.handle : null;
}

export function handlesOf(tensors: readonly Tensor[]): Handle[] {
  return tensors.map((tensor) => tensor.handle);
}

export function optionalHandlesOf(tensors: readonly (Tensor | null)[]): (Handle | null)[] {
  return tensors.map(handleOf);
}

export function asTensor(result: NativeResult): Tensor {
  if (typeof result !== 'number') throw new InternalError('an operator returned no tensor');
  return new Tensor(result);
}

export function asTensors(result: NativeResult): Tensor[] {
  if (!Array.isArray(result)) throw new InternalError('an operator returned no list of tensors');
  return result.map((handle: Handle | null, i) => {
    if (handle === null) throw new InternalError(`an operator returned no tensor at position ${i}`);
    return new Tensor(handle);
  });
}
