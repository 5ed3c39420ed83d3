/** Bytes that are read where they are needed: of a file, or in memory. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FileError } from '../errors.ts';

/** Node reads fewer than 2 GiB at once. */
const largestRead = 1 << 30;

export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** A copy of what is there; shorter at the end. */
  read(from: number, length: number): Uint8Array;
  /** May be called again. */
  close(): void;
}

export function sourceOfBytes(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    read: (from, length) => new Uint8Array(bytes.subarray(from, from + length)),
    close: () => undefined,
  };
}

/** @throws FileError if the path cannot be read, or is not a file */
export function sourceOfFile(path: string): ByteSource {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new FileError(`cannot read ${path}: ${missing ? 'it does not exist' : String(cause)}`, cause);
  }
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) {
    closeSync(descriptor);
    throw new FileError(`cannot read ${path}: it is not a file`);
  }
  let open = true;
  return {
    size: stat.size,
    read(from, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, stat.size - from)));
      let filled = 0;
      while (filled < bytes.byteLength) {
        const wanted = Math.min(bytes.byteLength - filled, largestRead);
        const count = readSync(descriptor, bytes, filled, wanted, from + filled);
        if (count === 0) throw new FileError(`${path} became shorter while it was read`);
        filled += count;
      }
      return bytes;
    },
    close: () => {
      if (open) closeSync(descriptor);
      open = false;
    },
  };
}

/** The whole file. @throws FileError if the path cannot be read */
export function fileBytes(path: string): Uint8Array {
  const source = sourceOfFile(path);
  try {
    return source.read(0, source.size);
  } finally {
    source.close();
  }
}

/** The whole file as text. @throws FileError if the path cannot be read, or is not UTF-8 */
export function fileText(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fileBytes(path));
  } catch (cause) {
    if (cause instanceof FileError) throw cause;
    throw new FileError(`${path} is not text (UTF-8)`, cause);
  }
}
