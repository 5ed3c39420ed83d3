/**
 * Dense row-major float64 arrays, the only container of the reference.
 * Reads are bounds-checked on purpose: a wrong index must throw, not become NaN or a silent zero.
 */

/** Numbers in row-major order with a shape; `data.length` is the product of `shape`. */
export interface DenseArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** A value and the pull-back through the function that computed it. */
export interface Evaluated {
  readonly value: DenseArray;
  /**
   * The vector-Jacobian product: maps dE/d(value) to dE/d(argument), and adds to the gradients of the function's
   * parameters.
   */
  readonly backward: (cotangent: DenseArray) => DenseArray;
}

/** A function with its hand-written derivative. */
export type Differentiable = (argument: DenseArray) => Evaluated;

/** Number of entries of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * An array of `shape` backed by `data` (not copied); zeros by default.
 * @throws RangeError if the lengths disagree
 */
export function denseArray(shape: readonly number[], data?: Float64Array | readonly number[]): DenseArray {
  const size = sizeOf(shape);
  if (data !== undefined && data.length !== size)
    throw new RangeError(`shape [${shape.join(', ')}] needs ${size} numbers, got ${data.length}`);
  if (data instanceof Float64Array) return { shape: [...shape], data };
  return { shape: [...shape], data: data === undefined ? new Float64Array(size) : Float64Array.from(data) };
}

/** `data[index]`. @throws RangeError if there is no such entry */
export function at(data: ArrayLike<number>, index: number): number {
  const value = data[index];
  if (value === undefined) throw new RangeError(`index ${index} is out of range for ${data.length} entries`);
  return value;
}

/** `data[index] += value`, bounds-checked. */
export function addAt(data: Float64Array, index: number, value: number): void {
  data[index] = at(data, index) + value;
}

/** The sizes of an array of rank 4 (samples, channels, rows, columns). @throws RangeError for another rank */
export function sizes4(x: DenseArray): readonly [number, number, number, number] {
  const [n, c, h, w] = x.shape;
  if (n === undefined || c === undefined || h === undefined || w === undefined || x.shape.length !== 4)
    throw new RangeError(`expected an array of rank 4 (NCHW), got shape [${x.shape.join(', ')}]`);
  return [n, c, h, w];
}

/** The sizes of an array of rank 2 (rows, columns). @throws RangeError for another rank */
export function sizes2(x: DenseArray): readonly [number, number] {
  const [rows, columns] = x.shape;
  if (rows === undefined || columns === undefined || x.shape.length !== 2)
    throw new RangeError(`expected an array of rank 2, got shape [${x.shape.join(', ')}]`);
  return [rows, columns];
}

/** A view of row `index` of an array of rank 2. */
export function row(x: DenseArray, index: number): Float64Array {
  const [rows, columns] = sizes2(x);
  if (!(index >= 0 && index < rows)) throw new RangeError(`row ${index} is out of range for ${rows} rows`);
  return x.data.subarray(index * columns, (index + 1) * columns);
}

/** @throws RangeError unless the shapes are equal */
export function checkSameShape(x: DenseArray, y: DenseArray): void {
  if (x.shape.length !== y.shape.length || x.shape.some((size, axis) => size !== y.shape[axis]))
    throw new RangeError(`shapes [${x.shape.join(', ')}] and [${y.shape.join(', ')}] must agree`);
}

/** x + factor y, elementwise. */
export function addScaled(x: DenseArray, factor: number, y: DenseArray): DenseArray {
  checkSameShape(x, y);
  return denseArray(
    x.shape,
    x.data.map((value, i) => value + factor * at(y.data, i)),
  );
}

/** factor x. */
export function scaled(factor: number, x: DenseArray): DenseArray {
  return denseArray(
    x.shape,
    x.data.map((value) => factor * value),
  );
}

/** The sum over all entries of x y. */
export function inner(x: DenseArray, y: DenseArray): number {
  checkSameShape(x, y);
  return x.data.reduce((sum, value, i) => sum + value * at(y.data, i), 0);
}

/** f_last( ... f_1(argument)); the pull-back runs in reverse order. */
export function chain(argument: DenseArray, functions: readonly Differentiable[]): Evaluated {
  const steps: Evaluated[] = [];
  let value = argument;
  for (const f of functions) {
    const step = f(value);
    steps.push(step);
    value = step.value;
  }
  return { value, backward: (cotangent) => steps.reduceRight((p, step) => step.backward(p), cotangent) };
}
