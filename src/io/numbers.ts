/** The numbers of stored tensors of any type. */
import type { StoredTensor } from './safetensors.ts';

/** Exact for every type except 64-bit integers above 2^53. */
export function numbersOf({ dtype, data }: StoredTensor): Float64Array {
  // A copy, because views of wider elements must be aligned.
  const { buffer } = new Uint8Array(data);
  switch (dtype) {
    case 'F64':
      return new Float64Array(buffer);
    case 'F32':
      return Float64Array.from(new Float32Array(buffer));
    case 'F16':
      return Float64Array.from(new Uint16Array(buffer), fromHalf);
    case 'BF16': {
      const bits = Uint32Array.from(new Uint16Array(buffer), (upper) => upper << 16);
      return Float64Array.from(new Float32Array(bits.buffer));
    }
    case 'I64':
      return Float64Array.from(new BigInt64Array(buffer), Number);
    case 'I32':
      return Float64Array.from(new Int32Array(buffer));
    case 'I16':
      return Float64Array.from(new Int16Array(buffer));
    case 'I8':
      return Float64Array.from(new Int8Array(buffer));
    case 'U8':
    case 'BOOL':
      return Float64Array.from(new Uint8Array(buffer));
  }
}

/** IEEE 754 binary16: a sign, 5 bits of exponent (bias 15), 10 bits of fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
