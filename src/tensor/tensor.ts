/**
 * A tensor of libtorch. It belongs to the scope that it was made in, can be disposed by hand or with
 * `using`, and is freed by the garbage collector as the last resort. Operators are functions of
 * `operators_generated.ts`; a tensor itself only knows what it is.
 */
import { UsageError } from '../errors.ts';
import { type Handle, guarded, native, nativeOperator } from '../native/index.ts';
import { type DType, dtypeOfCode, emptyArray, type NumericArray } from './dtype.ts';
import { shownShape, valuesText } from './inspect.ts';
import { own, setEscapeHandler } from './scope.ts';

const slice = nativeOperator('aten::slice', 'Tensor');
/** Where `console.log` of Node asks; a symbol that browsers do not know. */
const inspectCustom: unique symbol = Symbol.for('nodejs.util.inspect.custom');

const finaliser = new FinalizationRegistry<Handle>((handle) => {
  native().releaseTensor(handle);
});

interface Meta {
  readonly dtype: DType;
  readonly device: string;
  readonly shape: readonly number[];
}

export class Tensor {
  #handle: Handle;
  #meta: Meta | undefined;
  /** Whether the garbage collector would free the handle: only tensors that no scope owns pay for that. */
  #watched = false;
  /** Whether the caller asked for its gradient. */
  #leaf = false;

  /** Internal: tensors come from `tensor()`, operators and generators. */
  constructor(handle: Handle) {
    this.#handle = handle;
    if (!own(this)) this.#watch();
  }

  #watch(): void {
    if (this.#watched || this.disposed) return;
    this.#watched = true;
    finaliser.register(this, this.#handle, this);
    native().leaveTensor(this.#handle);
  }

  /** Lets the garbage collector free a tensor that no scope owns. */
  static watch(tensor: Tensor): void {
    tensor.#watch();
  }

  /** The number by which native code knows the tensor. @throws UsageError once disposed. */
  get handle(): Handle {
    if (this.#handle < 0) throw new UsageError('tensor used after it was disposed');
    return this.#handle;
  }

  get disposed(): boolean {
    return this.#handle < 0;
  }

  /** Frees the handle; memory goes when nothing else refers to it. Disposing twice does nothing. */
  dispose(): void {
    if (this.#handle < 0) return;
    if (this.#watched) finaliser.unregister(this);
    const handle = this.#handle;
    this.#handle = -1;
    native().releaseTensor(handle);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #facts(): Meta {
    if (this.#meta) return this.#meta;
    const [code, , device, ...shape] = guarded(() => native().tensorMeta(this.handle));
    this.#meta = { dtype: dtypeOfCode(code), device, shape: Object.freeze(shape) };
    return this.#meta;
  }

  get shape(): readonly number[] {
    return this.#facts().shape;
  }

  get dtype(): DType {
    return this.#facts().dtype;
  }

  /** `cpu` or `cuda:N`. */
  get device(): string {
    return this.#facts().device;
  }

  /** Number of dimensions. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }

  get requiresGrad(): boolean {
    return guarded(() => native().tensorMeta(this.handle)[1]);
  }

  /** Marks a leaf for differentiation. Returns the tensor. */
  setRequiresGrad(flag = true): this {
    guarded(() => {
      native().setRequiresGrad(this.handle, flag);
    });
    this.#leaf = true;
    return this;
  }

  /** The value of a tensor with one element. @throws OperatorError for any other size. */
  item(): number {
    return guarded(() => native().tensorItem(this.handle));
  }

  /** A copy of the elements, row-major, in the typed array of the dtype (bf16 as its bits). */
  toTypedArray(): NumericArray {
    const array = emptyArray(this.dtype, this.size);
    guarded(() => {
      native().tensorCopyOut(this.handle, array);
    });
    return array;
  }

  /** A copy of the elements as numbers, row-major; not for bf16 (convert to f32 first). */
  toArray(): number[] {
    if (this.dtype === 'bf16') throw new UsageError('convert a bf16 tensor to f32 before reading its values');
    return Array.from(this.toTypedArray(), Number);
  }

  /**
   * The tensor's own memory, without a copy: what is written to one is seen in the other. The memory
   * lives as long as the array, also after `dispose`.
   *
   * @throws OperatorError unless the tensor is contiguous and on the CPU; UsageError for what autograd has computed:
   *   it would not see what is written there, and gradients would be wrong.
   */
  viewTypedArray(): NumericArray {
    if (!this.#leaf && this.requiresGrad)
      throw new UsageError(
        'autograd does not see what is written to the memory of a tensor that it computed: take toTypedArray(), or detach it',
      );
    const buffer = guarded(() => native().tensorViewOut(this.handle));
    const prototype = emptyArray(this.dtype, 0).constructor as new (buffer: ArrayBuffer) => NumericArray;
    return new prototype(buffer);
  }

  toString(): string {
    return this.disposed
      ? 'Tensor(disposed)'
      : `Tensor(${this.dtype}[${this.shape.join(', ')}] on ${this.device})`;
  }

  /** What `console.log` shows: shape, dtype, and the first values. */
  [inspectCustom](depth: number | null): string {
    try {
      const nested = depth !== null && depth < 0;
      return this.disposed || nested ? this.toString() : `${this.toString()} ${this.#firstValues()}`;
    } catch (error) {
      return `Tensor(${error instanceof Error ? error.message : String(error)})`;
    }
  }

  /** The value of a tensor with one element where JavaScript needs a number, as in `Math.sqrt(x)`. */
  [Symbol.toPrimitive](hint: string): number | string {
    return hint === 'number' ? this.item() : this.toString();
  }

  #firstValues(): string {
    const shown = shownShape(this.shape);
    // Only what is shown is copied: a tensor may be large, or on another device.
    let handle = this.handle;
    const drop = (): void => {
      if (handle !== this.handle) native().releaseTensor(handle);
    };
    try {
      shown.forEach((size, dim) => {
        if (size === this.shape[dim]) return;
        const next = slice.call(handle, dim, 0, size, 1) as Handle;
        drop();
        handle = next;
      });
      const values = emptyArray(
        this.dtype,
        shown.reduce((product, size) => product * size, 1),
      );
      native().tensorCopyOut(handle, values);
      return valuesText(this.dtype, this.shape, shown, values);
    } finally {
      drop();
    }
  }
}

setEscapeHandler((resource) => {
  if (resource instanceof Tensor) Tensor.watch(resource);
});

/** Handles alive in this thread, whoever owns them. Flat over training steps: tests assert it. */
export function liveTensorCount(): number {
  return native().liveTensors();
}
