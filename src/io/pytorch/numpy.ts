/** Single numbers of NumPy, such as a best accuracy that was saved beside the weights. */

/** numpy.dtype: a kind and a width, and by its state the order of bytes. */
export class NumpyType {
  /** f8, i4, b1, .. */
  readonly name: string;
  #bigEndian = false;

  constructor(name: string) {
    this.name = name;
  }

  /** The state of version 3 is (version, order of bytes, ..). */
  setState(state: unknown): void {
    this.#bigEndian = Array.isArray(state) && state[1] === '>';
  }

  /** The number; null for what is no number, or does not have its width. */
  read(bytes: Uint8Array): number | bigint | boolean | null {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const little = !this.#bigEndian;
    if (this.name.slice(1) !== String(bytes.byteLength)) return null;
    switch (this.name) {
      case 'f8':
        return view.getFloat64(0, little);
      case 'f4':
        return view.getFloat32(0, little);
      case 'i8':
        return view.getBigInt64(0, little);
      case 'i4':
        return view.getInt32(0, little);
      case 'u1':
        return view.getUint8(0);
      case 'b1':
        return view.getUint8(0) !== 0;
      default:
        return null;
    }
  }
}

/** numpy.core.multiarray.scalar(dtype, bytes); what is not read as a number is null. */
export function numpyScalar([type, bytes]: readonly unknown[]): unknown {
  return type instanceof NumpyType && bytes instanceof Uint8Array ? type.read(bytes) : null;
}
