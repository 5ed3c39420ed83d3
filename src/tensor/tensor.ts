/**
 * A libtorch tensor. It belongs to the scope in which it was created, can be disposed explicitly or with `using`, and
 * is freed by the garbage collector as a last resort. Operators are functions in `operators_generated.ts`; the class
 * holds only properties and conversions.
 */
import { UsageError } from '../errors.ts';
import { type Handle, guarded, native, nativeOperator } from '../native/index.ts';
import { type DType, dtypeOfCode, emptyArray, type NumericArray } from './dtype.ts';
import { shownShape, valuesText } from './inspect.ts';
import { own, setEscapeHandler } from './scope.ts';

const slice = nativeOperator('aten::slice', 'Tensor');
/** Node's `console.log` looks this symbol up; browsers do not define it. */
const inspectCustom: unique symbol = Symbol.for('nodejs.util.inspect.custom');

const finaliser = new FinalizationRegistry<Handle>((handle) => {
  native().releaseTensor(handle);
});

interface Meta {
  readonly dtype: DType;
  readonly device: string;
  readonly shape: readonly number[];
}

/**
 * A tensor of libtorch: `shape`, `dtype` and `device`, without its numbers in JavaScript. `tensor` and the operators in
 * `ops` make one; `toArray` and `item` read it. A scope, `dispose` or the garbage collector frees it.
 *
 * @example
 * const x = tensor([[1, 2], [3, 4]], 'f64');
 * x.shape; // [2, 2]
 * ops.sum(x).item(); // 10
 */
export class Tensor {
  #handle: Handle;
  #meta: Meta | undefined;
  /** Whether the garbage collector frees the handle; only tensors outside scopes pay for that. */
  #watched = false;
  /** Whether the caller requested its gradient. */
  #leaf = false;

  /** Internal: create tensors with `tensor()`, operators and generators. */
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

  /** The native handle. @throws UsageError once disposed */
  get handle(): Handle {
    if (this.#handle < 0) throw new UsageError('tensor used after it was disposed');
    return this.#handle;
  }

  get disposed(): boolean {
    return this.#handle < 0;
  }

  /** Frees the handle; the memory is freed with its last reference. Disposing twice does nothing. */
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

  /** Marks a leaf for differentiation. Returns this tensor. */
  setRequiresGrad(flag = true): this {
    guarded(() => {
      native().setRequiresGrad(this.handle, flag);
    });
    this.#leaf = true;
    return this;
  }

  /** The value of a one-element tensor. @throws OperatorError for any other size */
  item(): number {
    return guarded(() => native().tensorItem(this.handle));
  }

  /** Copies the elements, row-major, to the typed array of the dtype (bf16 as its bits). */
  toTypedArray(): NumericArray {
    const array = emptyArray(this.dtype, this.size);
    guarded(() => {
      native().tensorCopyOut(this.handle, array);
    });
    return array;
  }

  /** Copies the elements to an array of numbers, row-major; not for bf16 (convert to f32 first). */
  toArray(): number[] {
    if (this.dtype === 'bf16') throw new UsageError('convert a bf16 tensor to f32 before reading its values');
    return Array.from(this.toTypedArray(), Number);
  }

  /**
   * The tensor's own memory, not a copy: writes to one are visible in the other. The memory lives as long as the
   * array, even after `dispose`.
   *
   * @throws OperatorError unless the tensor is contiguous and on the CPU; UsageError for a result that autograd
   * recorded: it would not see writes, and gradients would be wrong
   */
  viewTypedArray(): NumericArray {
    if (!this.#leaf && this.requiresGrad)
      throw new UsageError(
        'autograd does not track writes to the memory of a tensor that it computed: use toTypedArray() or detach the tensor',
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

  /** Text for `console.log`: shape, dtype and the first values. */
  [inspectCustom](depth: number | null): string {
    try {
      const nested = depth !== null && depth < 0;
      return this.disposed || nested ? this.toString() : `${this.toString()} ${this.#firstValues()}`;
    } catch (error) {
      return `Tensor(${error instanceof Error ? error.message : String(error)})`;
    }
  }

  /** Converts a one-element tensor where JavaScript expects a number, as in `Math.sqrt(x)`. */
  [Symbol.toPrimitive](hint: string): number | string {
    return hint === 'number' ? this.item() : this.toString();
  }

  #firstValues(): string {
    const shown = shownShape(this.shape);
    // Copy only the displayed values: a tensor may be large, or on another device.
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

/** Number of live handles in this thread, whoever owns them. Constant over training steps: tests assert it. */
export function liveTensorCount(): number {
  return native().liveTensors();
}
