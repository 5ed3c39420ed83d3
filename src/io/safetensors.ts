/**
 * The safetensors format: a little-endian 64-bit length, a JSON header of names, types, shapes and
 * offsets, then the bytes. Reading runs no code and trusts nothing.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { show } from '../check.ts';
import { FileError, InternalError } from '../errors.ts';
import { repeatedKey } from './repeated-key.ts';

/** Bytes of an element. */
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
export type SafetensorsDType = keyof typeof widths;

export interface StoredTensor {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  /** Row-major, little-endian. */
  readonly data: Uint8Array;
}

/** A tensor of a file whose numbers are read when they are needed. */
export interface FoundTensor {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  /** @throws FileError if they are damaged */
  read(): Promise<StoredTensor>;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const prefix = 8;
const alignment = 8;
const headerLimit = 100_000_000;
const size = z.int().nonnegative();
const entrySchema = z.strictObject({
  dtype: z.enum(Object.keys(widths) as [SafetensorsDType, ...SafetensorsDType[]]),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});
const metadataKey = '__metadata__';

export const bytesOf = (dtype: SafetensorsDType, shape: readonly number[]): number =>
  shape.reduce((product, length) => product * length, widths[dtype]);

/**
 * The file as pieces, without copies: the header names the tensors in their order; their bytes begin at a
 * multiple of 8 and come with wide types first, so that every tensor starts at a multiple of its element.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  // A map, because an object would lose a tensor of the name __proto__.
  const header = new Map<string, unknown>(Object.keys(metadata).length ? [[metadataKey, metadata]] : []);
  const byWidth = [...tensors].sort(([, a], [, b]) => widths[b.dtype] - widths[a.dtype]);
  const spans = new Map<string, [number, number]>();
  let end = 0;
  for (const [name, { dtype, shape, data }] of byWidth) {
    if (name === metadataKey) throw new InternalError(`no tensor can have the name ${metadataKey}`);
    if (data.byteLength !== bytesOf(dtype, shape) || shape.some((length) => length < 0))
      throw new InternalError(`${name}: ${data.byteLength} bytes are not ${dtype} [${shape.join(', ')}]`);
    spans.set(name, [end, (end += data.byteLength)]);
  }
  for (const [name, { dtype, shape }] of tensors)
    header.set(name, { dtype, shape, data_offsets: spans.get(name) });
  const text = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil((prefix + text.length) / alignment) * alignment - prefix;
  if (padded > headerLimit)
    throw new InternalError(`the names of these tensors need ${padded} bytes, ${headerLimit} are allowed`);
  const head = Buffer.alloc(prefix + padded, ' ');
  head.writeBigUInt64LE(BigInt(padded), 0);
  text.copy(head, prefix);
  return [head, ...byWidth.map(([, { data }]) => data)];
}

/** @throws FileError if the bytes are not a whole safetensors file */
export function decodeSafetensors(bytes: Uint8Array, name: string): SafetensorsFile {
  const damaged = (what: string, cause?: unknown): FileError =>
    new FileError(
      `${name} is damaged or half-written: ${what}; use another checkpoint, or make it again`,
      cause,
    );
  if (bytes.byteLength < prefix) throw damaged(`${bytes.byteLength} bytes are no safetensors file`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, prefix).getBigUint64(0, true));
  if (length > headerLimit || prefix + length > bytes.byteLength)
    throw damaged(`its header would have ${length} bytes`);
  const header = parseHeader(bytes.subarray(prefix, prefix + length), damaged);
  const metadata = header.get(metadataKey) ?? {};
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string'))
    throw damaged('its metadata is not text');
  const data = bytes.subarray(prefix + length);
  const tensors = new Map<string, StoredTensor>();
  const spans: [number, number][] = [];
  for (const [key, value] of header) {
    if (key === metadataKey) continue;
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw damaged(`the entry of ${show(key)} is not valid`);
    const { dtype, shape, data_offsets: span } = entry.data;
    if (span[1] - span[0] !== bytesOf(dtype, shape))
      throw damaged(`${show(key)} has ${span[1] - span[0]} bytes for ${dtype} [${shape.join(', ')}]`);
    if (span[1] > data.byteLength)
      throw damaged(`${show(key)} ends at byte ${span[1]} of ${data.byteLength}`);
    spans.push(span);
    tensors.set(key, { dtype, shape, data: data.subarray(...span) });
  }
  checkCover(spans, data.byteLength, damaged);
  return { tensors, metadata: metadata as Record<string, string> };
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of the header. Text that is not UTF-8 would give names that nobody wrote: it is refused. */
function parseHeader(
  bytes: Uint8Array,
  damaged: (what: string, cause?: unknown) => FileError,
): Map<string, unknown> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    throw damaged('its header is not JSON', cause);
  }
  if (!isObject(header)) throw damaged('its header is not a JSON object');
  const twice = repeatedKey(text);
  if (twice !== undefined) throw damaged(`its header has ${show(twice)} twice`);
  return new Map(Object.entries(header));
}

/** Every byte belongs to exactly one tensor. */
function checkCover(spans: [number, number][], total: number, damaged: (what: string) => FileError): void {
  let end = 0;
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (from !== end) throw damaged(`its tensors ${from < end ? 'overlap' : 'leave a hole'} at byte ${from}`);
    end = to;
  }
  if (end !== total) throw damaged(`${total - end} bytes belong to no tensor`);
}

/** @throws FileError if the file is missing, damaged or half-written */
export function readSafetensors(path: string): SafetensorsFile {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new FileError(
      `cannot read ${path}: ${(cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'it does not exist' : String(cause)}`,
      cause,
    );
  }
  return decodeSafetensors(bytes, path);
}
