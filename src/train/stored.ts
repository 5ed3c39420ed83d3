/** Tensors to and from the bytes that checkpoints hold. */
import { fewOf } from '../check.ts';
import { FileError, UsageError } from '../errors.ts';
import type { SafetensorsDType, StoredTensor } from '../io/index.ts';
import {
  type DType,
  dtypeBytes,
  noGrad,
  ops,
  scope,
  tensor,
  type Tensor,
  tensorOver,
} from '../tensor/index.ts';

const storedTypes: Record<DType, SafetensorsDType> = {
  f32: 'F32',
  f64: 'F64',
  bf16: 'BF16',
  i64: 'I64',
  u8: 'U8',
  bool: 'BOOL',
};

/** A row-major copy of every tensor. */
export function store(tensors: ReadonlyMap<string, Tensor>): Map<string, StoredTensor> {
  return new Map(
    [...tensors].map(([name, one]) => {
      const array = one.toTypedArray();
      const data = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      return [name, { dtype: storedTypes[one.dtype], shape: [...one.shape], data }];
    }),
  );
}

/** Compares names and shapes, so that nothing is changed before all is known to fit. */
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
 * @throws UsageError if the names or shapes are another model's
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
        const { data, shape } = stored.get(name)!;
        if (data.byteLength !== target.size * dtypeBytes(target.dtype))
          throw new FileError(`${file}: ${name} has the wrong length`);
        ops.copy_(target, fromBytes(data, shape, target.dtype));
      });
  });
}

function fromBytes(data: Uint8Array, shape: readonly number[], dtype: DType): Tensor {
  // A copy first: the bytes may start anywhere, tensors need aligned memory.
  const bytes = new Uint8Array(data);
  if (dtype === 'u8' || dtype === 'bool') return tensor(bytes, shape);
  const views = { f32: Float32Array, f64: Float64Array, bf16: Uint16Array, i64: BigInt64Array } as const;
  return tensorOver(new views[dtype](bytes.buffer), shape, dtype);
}
