/** Formats tensors for display: the first values, in brackets like nested arrays. */
import type { DType, NumericArray } from './dtype.ts';

/** Maximum number of displayed values: in the last dimension, the one before, each other. */
const maxShown = { last: 6, before: 3, other: 1 } as const;
/** Rows longer than this are displayed on separate lines. */
const lineLength = 80;

/** The number of displayed values of each dimension. */
export function shownShape(shape: readonly number[]): number[] {
  const limit = (dim: number): number =>
    dim === shape.length - 1 ? maxShown.last : dim === shape.length - 2 ? maxShown.before : maxShown.other;
  return shape.map((size, dim) => Math.min(size, limit(dim)));
}

/**
 * @param shape - of the whole tensor
 * @param shown - shape of `values`, the displayed corner
 */
export function valuesText(
  dtype: DType,
  shape: readonly number[],
  shown: readonly number[],
  values: NumericArray,
): string {
  let at = 0;
  const write = (dim: number): string => {
    if (dim === shape.length) return scalarText(dtype, values[at++] ?? 0);
    const parts = Array.from({ length: shown[dim] ?? 0 }, () => write(dim + 1));
    if ((shown[dim] ?? 0) < (shape[dim] ?? 0)) parts.push('...');
    return `[${parts.join(dim === shape.length - 1 ? ', ' : `,\n${' '.repeat(dim + 1)}`)}]`;
  };
  const text = write(0);
  const line = text.replace(/\n */g, ' ');
  return line.length > lineLength ? text : line;
}

function scalarText(dtype: DType, value: number | bigint): string {
  switch (dtype) {
    case 'bool':
      return value ? 'true' : 'false';
    case 'i64':
    case 'u8':
      return String(value);
    case 'bf16':
      return numberText(fromBf16(Number(value)));
    case 'f32':
    case 'f64':
      return numberText(Number(value));
  }
}

/** Six digits suffice for display; `toArray` returns all. */
const numberText = (value: number): string =>
  Object.is(value, -0) ? '-0' : String(Number(value.toPrecision(6)));

/** bf16 is the upper half of f32. */
const fromBf16 = (bits: number): number => new Float32Array(Uint32Array.of(bits << 16).buffer)[0] ?? NaN;
