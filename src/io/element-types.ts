/** Element types of stored tensors: those that can be read, and those only known by name, for error messages. */

/** Bytes per element. */
export const widths = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;
/** Readable as numbers. */
export type SafetensorsDType = keyof typeof widths;

/** Bits per element, and a description. */
const foreign = {
  U16: [16, 'unsigned 16-bit integers'],
  U32: [32, 'unsigned 32-bit integers'],
  U64: [64, 'unsigned 64-bit integers'],
  F8_E4M3: [8, '8-bit floats'],
  F8_E5M2: [8, '8-bit floats'],
  F8_E8M0: [8, '8-bit floats'],
  F8_E4M3FNUZ: [8, '8-bit floats'],
  F8_E5M2FNUZ: [8, '8-bit floats'],
  F6_E2M3: [6, '6-bit floats'],
  F6_E3M2: [6, '6-bit floats'],
  F4: [4, '4-bit floats'],
  C32: [32, 'complex numbers'],
  C64: [64, 'complex numbers'],
  C128: [128, 'complex numbers'],
  QI8: [8, 'quantised numbers'],
  QU8: [8, 'quantised numbers'],
  QI32: [32, 'quantised numbers'],
  QU4X2: [8, 'quantised numbers'],
  QU2X4: [8, 'quantised numbers'],
} as const satisfies Readonly<Record<string, readonly [bits: number, words: string]>>;
type ForeignType = keyof typeof foreign;
export type ElementType = SafetensorsDType | ForeignType;

export const isRead = (dtype: string): dtype is SafetensorsDType => Object.hasOwn(widths, dtype);
const isForeign = (dtype: string): dtype is ForeignType => Object.hasOwn(foreign, dtype);

/** Bits per element; undefined for an unknown type. */
export function elementBits(dtype: string): number | undefined {
  if (isRead(dtype)) return 8 * widths[dtype];
  return isForeign(dtype) ? foreign[dtype][0] : undefined;
}

/** Bytes per element, possibly a fraction. */
export const elementBytes = (dtype: ElementType): number => elementBits(dtype)! / 8;

/** Types of trained weights. */
const floats: readonly string[] = ['F64', 'F32', 'F16', 'BF16'] satisfies readonly SafetensorsDType[];
export const isFloat = (dtype: string): boolean => floats.includes(dtype);

/** PyTorch tensors that are not stored as an array of numbers, and how to convert them to one. */
const partial: Readonly<Record<string, string>> = {
  SPARSE: 'a sparse tensor (Tensor.to_dense() makes a full one)',
  META: 'a tensor without numbers, on the device "meta"',
};

/** `U16 (unsigned 16-bit integers)` */
export function typeInWords(dtype: string): string {
  if (Object.hasOwn(partial, dtype)) return partial[dtype]!;
  if (isForeign(dtype)) return `${dtype} (${foreign[dtype][1]})`;
  if (dtype === 'BOOL') return 'BOOL (true and false)';
  return isRead(dtype) && !isFloat(dtype) ? `${dtype} (integers, as quantised nets have them)` : dtype;
}
