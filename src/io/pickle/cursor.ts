/** A forward cursor over bytes; reading past the end is an error. */
import type { FileError } from '../../errors.ts';
import type { ByteSource } from '../byte-source.ts';

/** Makes the error for a malformed file. */
export type Damaged = (what: string, cause?: unknown) => FileError;

const windowBytes = 1 << 16;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Limit for the names of globals, which run to the end of a line. */
const longestLine = 1024;

export class Cursor {
  readonly damaged: Damaged;
  readonly #source: ByteSource;
  #position: number;
  #window: Uint8Array = new Uint8Array();
  #windowStart = 0;

  constructor(source: ByteSource, damaged: Damaged, position = 0) {
    this.#source = source;
    this.damaged = damaged;
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  get rest(): number {
    return this.#source.size - this.#position;
  }

  skip(length: number): void {
    if (length > this.rest) throw this.#short(length);
    this.#position += length;
  }

  take(length: number): Uint8Array {
    if (length > this.rest) throw this.#short(length);
    const from = this.#position;
    this.#position += length;
    if (length > windowBytes) return this.#source.read(from, length);
    if (from < this.#windowStart || from + length > this.#windowStart + this.#window.byteLength) {
      this.#window = this.#source.read(from, windowBytes);
      this.#windowStart = from;
    }
    return this.#window.subarray(from - this.#windowStart, from - this.#windowStart + length);
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  /** An unsigned little-endian number of up to 8 bytes. */
  unsigned(width: 1 | 2 | 4 | 8): number {
    const bytes = this.view(width);
    if (width === 1) return bytes.getUint8(0);
    if (width === 2) return bytes.getUint16(0, true);
    return width === 4 ? bytes.getUint32(0, true) : Number(bytes.getBigUint64(0, true));
  }

  view(length: number): DataView {
    const bytes = this.take(length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  /** Text up to the next newline, which is skipped. */
  line(): string {
    const start = this.#position;
    const bytes = this.take(Math.min(longestLine, this.rest));
    const end = bytes.indexOf(10);
    if (end < 0) throw this.damaged(`a name at byte ${start} has no end`);
    this.#position = start + end + 1;
    return this.#decode(bytes.subarray(0, end));
  }

  /** UTF-8 of `length` bytes. */
  text(length: number): string {
    return this.#decode(this.take(length));
  }

  #decode(bytes: Uint8Array): string {
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw this.damaged(`text before byte ${this.#position} is not UTF-8`, cause);
    }
  }

  #short(length: number): FileError {
    return this.damaged(`${length} bytes are needed at byte ${this.#position}, ${this.rest} are left`);
  }
}
