/** Random access to the bytes of a file or a buffer. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FileError } from '../errors.ts';
import { reasonOfCode } from './system-error.ts';

/** Node reads less than 2 GiB per call. */
const largestRead = 1 << 30;

export interface ByteSource {
  /** Total size in bytes. */
  readonly size: number;
  /** A copy of the available bytes; shorter at the end. */
  read(from: number, length: number): Uint8Array;
  /** May be called more than once. */
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
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'it does not exist' : (reasonOfCode(code) ?? String(cause));
    throw new FileError(`cannot read ${path}: ${reason}`, cause);
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

/**
 * The whole file as text: UTF-8, or UTF-16 with a byte order mark (Excel, PowerShell).
 *
 * @throws FileError if the path cannot be read, or has another encoding
 */
export function fileText(path: string): string {
  const bytes = fileBytes(path);
  const mark = (bytes[0]! << 8) | bytes[1]!;
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new FileError(`${path} is not text in UTF-8: save it in that encoding`, cause);
  }
}
