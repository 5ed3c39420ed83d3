/** Seeded random numbers of libtorch, whose whole state can be saved and restored. */
import { checkInteger } from '../check.ts';
import { UsageError } from '../errors.ts';
import { guarded, native } from '../native/index.ts';
import { tensor } from './create.ts';
import type { DType } from './dtype.ts';
import * as ops from './operators_generated.ts';
import { Tensor } from './tensor.ts';

export class Generator {
  #id: number;
  readonly device: string;

  constructor(seed: number, device = 'cpu') {
    checkInteger('seed', seed, { min: 0 });
    this.device = device;
    this.#id = guarded(() => native().createGenerator(device, seed));
  }

  /** The number by which native code knows the generator. */
  get id(): number {
    if (this.#id < 0) throw new UsageError('generator used after it was disposed');
    return this.#id;
  }

  /** The whole state as bytes. */
  state(): Uint8Array {
    const state = new Tensor(guarded(() => native().generatorState(this.id)));
    const bytes = state.toTypedArray() as Uint8Array;
    state.dispose();
    return bytes;
  }

  /** Continues from a saved state. @throws OperatorError if the bytes are not one. */
  restore(state: Uint8Array): void {
    const bytes = tensor(state);
    try {
      guarded(() => {
        native().restoreGenerator(this.id, bytes.handle);
      });
    } finally {
      bytes.dispose();
    }
  }

  /** Independent draws from N(0, 1). */
  normal(shape: readonly number[], dtype: DType = 'f32'): Tensor {
    return ops.randn(shape, this, dtype, undefined, this.device);
  }

  /** Independent draws from the uniform law on [0, 1). */
  uniform(shape: readonly number[], dtype: DType = 'f32'): Tensor {
    return ops.rand(shape, this, dtype, undefined, this.device);
  }

  dispose(): void {
    if (this.#id < 0) return;
    native().releaseGenerator(this.#id);
    this.#id = -1;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
