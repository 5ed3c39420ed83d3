/** libtorch's seeded random number generators, with savable state. */
import { checkInteger, checkOneOf, checkShape } from '../check.ts';
import { UsageError } from '../errors.ts';
import { guarded, native } from '../native/index.ts';
import { type CreateOptions, createOptions, tensor } from './create.ts';
import { defaultDtype, type DType, realDtypes } from './dtype.ts';
import * as ops from './operators_generated.ts';
import { Tensor } from './tensor.ts';

/** A dtype, or an object with one. Default: f32. */
type SampleType = DType | Pick<CreateOptions, 'dtype'>;

/** @throws UsageError for integers, which have no such samples */
function sampleType(call: string, given: SampleType = defaultDtype): DType {
  const { dtype = defaultDtype, device } = createOptions(call, given);
  if (device !== undefined)
    throw new UsageError(`${call} draws on the device of its generator: leave device out`);
  return checkOneOf('dtype of random numbers', dtype, realDtypes);
}

/** Releases the id of a collected generator that was not disposed. */
const finaliser = new FinalizationRegistry<number>((id) => {
  native().releaseGenerator(id);
});

/**
 * A stream of random numbers. Seeds range from 0 to 2^53 - 1; below 2^32 the samples equal PyTorch's.
 *
 * @example
 * const generator = new Generator(1);
 * generator.normal([2, 3], 'f64');
 */
export class Generator {
  #id: number;
  readonly device: string;

  constructor(seed: number, device = 'cpu') {
    checkInteger('seed', seed, { min: 0 });
    this.device = device;
    this.#id = guarded(() => native().createGenerator(device, seed));
    finaliser.register(this, this.#id, this);
  }

  /** The id of the generator in native code. */
  get id(): number {
    if (this.#id < 0) throw new UsageError('generator used after it was disposed');
    return this.#id;
  }

  /** The complete state as bytes. */
  state(): Uint8Array {
    const state = new Tensor(guarded(() => native().generatorState(this.id)));
    const bytes = state.toTypedArray() as Uint8Array;
    state.dispose();
    return bytes;
  }

  /** Continues from a saved state. @throws OperatorError if the bytes are not a state */
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

  /** Independent samples from N(0, 1). */
  normal(shape: readonly number[], type?: SampleType): Tensor {
    return ops.randn(checkShape('shape', shape), this, sampleType('normal', type), undefined, this.device);
  }

  /** Independent samples from the uniform distribution on [0, 1). */
  uniform(shape: readonly number[], type?: SampleType): Tensor {
    return ops.rand(checkShape('shape', shape), this, sampleType('uniform', type), undefined, this.device);
  }

  dispose(): void {
    if (this.#id < 0) return;
    finaliser.unregister(this);
    native().releaseGenerator(this.#id);
    this.#id = -1;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
