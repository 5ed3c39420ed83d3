/** Converts tensors to and from the stored form of checkpoints. */
import { fewOf } from '../check.ts';
import { FileError, UsageError } from '../errors.ts';
import type { StoredTensor } from '../io/index.ts';
import { dtypeBytes, noGrad, ops, scope, type Tensor } from '../tensor/index.ts';
import { storedOf, storedTypes, tensorOfStored } from '../tensor-files/stored-tensor.ts';

/** Copies every tensor in row-major order. */
export function store(tensors: ReadonlyMap<string, Tensor>): Map<string, StoredTensor> {
  return new Map([...tensors].map(([name, one]) => [name, storedOf(one)]));
}

/** Compares all names and shapes before anything changes. */
function checkFit(
  stored: ReadonlyMap<string, StoredTensor>,
  into: ReadonlyMap<string, Tensor>,
  file: string,
): void {
  const missing = [...into.keys()].filter((name) => !stored.has(name));
  const surplus = [...stored.keys()].filter((name) => !into.has(name));
  if (missing.length || surplus.length)
    throw new UsageError(
      `${file} is a checkpoint of another model: ${missing.length ? `it lacks ${fewOf(missing)}` : `it has ${fewOf(surplus)}, which the model lacks`}; check --model, --width, --scheme and the data set`,
    );
  for (const [name, target] of into) {
    const found = stored.get(name);
    if (found && found.shape.join() !== target.shape.join())
      throw new UsageError(
        `${file} is a checkpoint of another model: ${name} is [${found.shape.join(', ')}] there and [${target.shape.join(', ')}] here; check --model, --width and the data set`,
      );
    if (found && found.dtype !== storedTypes[target.dtype])
      throw new UsageError(
        `${file}: ${name} is ${found.dtype}, the model has ${target.dtype}; check --dtype`,
      );
  }
}

/**
 * Copies stored values into existing tensors.
 *
 * @throws UsageError if the names or shapes belong to another model
 */
export function restore(
  stored: ReadonlyMap<string, StoredTensor>,
  into: ReadonlyMap<string, Tensor>,
  file: string,
): void {
  checkFit(stored, into, file);
  noGrad(() => {
    for (const [name, target] of into)
      scope(() => {
        const found = stored.get(name)!;
        if (found.data.byteLength !== target.size * dtypeBytes(target.dtype))
          throw new FileError(`${file}: ${name} has the wrong length`);
        ops.copy_(target, tensorOfStored(found));
      });
  });
}
