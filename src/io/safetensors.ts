/**
 * The safetensors format: a little-endian 64-bit length, a JSON header of names, types, shapes and offsets, then the
 * bytes. Reading runs no code and trusts nothing.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { show } from '../check.ts';
import { FileError, InternalError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import { elementBits, isRead, type SafetensorsDType, typeInWords, widths } from './element-types.ts';
import { headBytes, isSafetensors, otherKind } from './file-kind.ts';
import { repeatedKey } from './repeated-key.ts';

export type { SafetensorsDType };

export interface StoredTensor {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  /** Row-major, little-endian. */
  readonly data: Uint8Array;
}

/** A tensor of a file whose numbers are read on demand. */
export interface FoundTensor {
  /** A {@link SafetensorsDType}, or a type that is not supported. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** @throws FileError if the tensor is damaged, or of an unsupported type */
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
  dtype: z.string().regex(/^[A-Z][A-Z0-9_]{0,30}$/),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});
const metadataKey = '__metadata__';

const bytesOf = (dtype: SafetensorsDType, shape: readonly number[]): number => widths[dtype] * sizeOf(shape);

/**
 * The file as pieces, without copying. The header names the tensors in their order; the data starts at a multiple of 8,
 * widest types first, so that every tensor is aligned to its element size.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  // A map, because an object would lose a tensor named __proto__.
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

/** Where a tensor is. */
interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Start and end, in bytes after the header. */
  readonly span: readonly [number, number];
}

interface Layout {
  /** Bytes before the first tensor. */
  readonly start: number;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly metadata: Readonly<Record<string, string>>;
}

type Damaged = (what: string, cause?: unknown) => FileError;

const damagedFile =
  (name: string): Damaged =>
  (what, cause) =>
    new FileError(
      `${name} is damaged or half-written: ${what}; use another checkpoint, or save it again`,
      cause,
    );

/** @throws FileError if the bytes are not a complete safetensors file, or are of another kind */
function layoutOf({ size: total, read }: Pick<ByteSource, 'size' | 'read'>, name: string): Layout {
  const damaged = damagedFile(name);
  const head = Buffer.from(read(0, headBytes));
  if (head.length < prefix) throw damaged(`${total} bytes are not a safetensors file`);
  const length = Number(head.readBigUInt64LE(0));
  if (length > headerLimit || prefix + length > total) {
    const other = otherKind(name, head, 'a safetensors file', 'save the weights as safetensors');
    if (other !== undefined && !isSafetensors(head)) throw new FileError(other);
    throw damaged(`its header would have ${length} bytes`);
  }
  const header = parseHeader(read(prefix, length), damaged);
  const metadata = header.get(metadataKey) ?? {};
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string'))
    throw damaged('its metadata is not text');
  const entries = new Map<string, Entry>();
  const available = total - prefix - length;
  for (const [key, value] of header) {
    if (key === metadataKey) continue;
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw damaged(`the entry of ${show(key)} is not valid`);
    const { dtype, shape, data_offsets: span } = entry.data;
    const bits = elementBits(dtype);
    // For an unknown type, any possible number of bytes is accepted.
    const bytes = bits === undefined ? Math.max(0, span[1] - span[0]) : Math.ceil((bits * sizeOf(shape)) / 8);
    if (span[1] - span[0] !== bytes)
      throw damaged(`${show(key)} has ${span[1] - span[0]} bytes for ${dtype} [${shape.join(', ')}]`);
    if (span[1] > available) throw damaged(`${show(key)} ends at byte ${span[1]} of ${available}`);
    entries.set(key, { dtype, shape, span });
  }
  checkCover(
    [...entries.values()].map(({ span }) => span),
    available,
    damaged,
  );
  return { start: prefix + length, entries, metadata: metadata as Record<string, string> };
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** The error for an unsupported element type. */
export function unreadType(name: string, key: string, dtype: string): FileError {
  return new FileError(
    `${name}: ${show(key)} is stored as ${typeInWords(dtype)}; expected floats (F64, F32, F16, BF16); convert it and save it again`,
  );
}

/** @throws FileError if the bytes are not a complete safetensors file, or hold an unsupported type */
export function decodeSafetensors(bytes: Uint8Array, name: string): SafetensorsFile {
  const read = (from: number, length: number): Uint8Array => bytes.subarray(from, from + length);
  const { start, entries, metadata } = layoutOf({ size: bytes.byteLength, read }, name);
  const tensors = new Map<string, StoredTensor>();
  for (const [key, { dtype, shape, span }] of entries) {
    if (!isRead(dtype)) throw unreadType(name, key, dtype);
    tensors.set(key, { dtype, shape, data: bytes.subarray(start + span[0], start + span[1]) });
  }
  return { tensors, metadata };
}

/**
 * The tensors of a file, read on demand from a source that stays open.
 *
 * @throws FileError if it is not a complete safetensors file
 */
export function findSafetensors(
  source: ByteSource,
  name: string,
): {
  readonly tensors: ReadonlyMap<string, FoundTensor>;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const { start, entries, metadata } = layoutOf(source, name);
  const found = ([key, { dtype, shape, span }]: [string, Entry]): [string, FoundTensor] => [
    key,
    {
      dtype,
      shape,
      read: () =>
        isRead(dtype)
          ? Promise.resolve({ dtype, shape, data: source.read(start + span[0], span[1] - span[0]) })
          : Promise.reject(unreadType(name, key, dtype)),
    },
  ];
  return { tensors: new Map([...entries].map(found)), metadata };
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of the header. Text that is not UTF-8 is refused: decoding it would change names. */
function parseHeader(bytes: Uint8Array, damaged: Damaged): Map<string, unknown> {
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
function checkCover(spans: (readonly [number, number])[], total: number, damaged: Damaged): void {
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
