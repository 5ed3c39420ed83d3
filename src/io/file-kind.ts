/** Identifies an unexpected file by its structure: names are unreliable, and a download may return anything. */
import type { ByteSource } from './byte-source.ts';

interface FileKind {
  /** `an HTML page` */
  readonly what: string;
  /** How to get the right file, if the kind alone determines it. */
  readonly mend?: string;
}

/** Bytes that {@link kindOfBytes} needs. */
export const headBytes = 2048 + 8;

type Test = (head: Buffer) => boolean;
interface Known extends FileKind {
  readonly test: Test;
}

const at =
  (offset: number, ...signatures: readonly string[]): Test =>
  (head) =>
    signatures.some((signature) => head.toString('latin1', offset, offset + signature.length) === signature);
const textOf = (head: Buffer): string =>
  head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
const begins =
  (pattern: RegExp): Test =>
  (head) =>
    pattern.test(textOf(head));
const unpack = (command: string): string => `unpack it first (${command})`;

/** ONNX: a message whose first field is a version, and whose second is the producer's name or another field. */
function isOnnx(head: Buffer): boolean {
  if (head.length < 8) return false;
  const [first, version, second, length] = head as unknown as [number, number, number, number];
  if (first !== 0x08 || version === 0 || version > 0x20) return false;
  if (second === 0x12) {
    const name = head.toString('latin1', 4, 4 + Math.min(length, 16));
    return length < 0x40 && /^[\w .:/-]+$/.test(name);
  }
  // producer_version, domain, model_version, doc_string, graph, opset_import
  return [0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(second);
}

/** TensorFlow's SavedModel: schema version 1, then a graph. */
const isSavedModel: Test = (head) => at(0, '\x08\x01\x12')(head) && (head[3]! & 0x80) !== 0;

const known: readonly Known[] = [
  {
    what: 'a Git LFS pointer in place of the file',
    mend: 'fetch the file with git lfs pull',
    test: begins(/^version https:\/\/(git-lfs\.github\.com|hawser\.github\.com)\/spec\//),
  },
  {
    what: 'a git-annex pointer in place of the file',
    mend: 'fetch the file with git annex get',
    test: begins(/^(\.\.\/)*(\.git)?\/annex\/objects\//),
  },
  {
    what: 'an HTML page',
    mend: 'download the file itself, not the page that shows it',
    test: begins(/^(<!--[^>]*-->\s*)?<(!doctype\s+html|html|head|body)\b/i),
  },
  {
    what: 'XML text, perhaps an error message of a server',
    mend: 'inspect it, and download the file again',
    test: begins(/^<\?xml\b/),
  },
  { what: 'an HDF5 file, as written by Keras (.h5)', test: isHdf5 },
  { what: 'an ONNX model', test: isOnnx },
  { what: 'a TensorFlow SavedModel', test: isSavedModel },
  { what: 'a TensorFlow Lite model', test: at(4, 'TFL3') },
  { what: 'a GGUF file', test: at(0, 'GGUF') },
  { what: 'a NumPy array (.npy)', test: at(0, '\x93NUMPY') },
  { what: 'a MATLAB file', test: at(0, 'MATLAB 5.0') },
  { what: 'a Parquet file', test: at(0, 'PAR1') },
  { what: 'an Arrow file', test: at(0, 'ARROW1') },
  { what: 'a gzip file', mend: unpack('gunzip'), test: isGzip },
  {
    what: 'a bzip2 file',
    mend: unpack('bunzip2'),
    test: (head) => /^BZh[1-9]1AY&SY/.test(head.toString('latin1', 0, 10)),
  },
  { what: 'an xz file', mend: unpack('unxz'), test: at(0, '\xfd7zXZ\0') },
  { what: 'a Zstandard file', mend: unpack('unzstd'), test: at(0, '\x28\xb5\x2f\xfd') },
  { what: 'a 7z archive', mend: unpack('7z x'), test: at(0, '7z\xbc\xaf\x27\x1c') },
  { what: 'a RAR archive', mend: unpack('unrar x'), test: at(0, 'Rar!\x1a\x07') },
  { what: 'a zip archive', mend: unpack('unzip'), test: at(0, 'PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08') },
  { what: 'a tar archive', mend: unpack('tar -xf'), test: isTar },
  { what: 'a safetensors file', test: isSafetensors },
  { what: 'a Python pickle', test: isPickle },
  { what: 'a PNG image', test: at(0, '\x89PNG\r\n\x1a\n') },
  { what: 'a JPEG image', test: at(0, '\xff\xd8\xff') },
  { what: 'a GIF image', test: at(0, 'GIF87a', 'GIF89a') },
  { what: 'a WebP image', test: (head) => at(0, 'RIFF')(head) && at(8, 'WEBP')(head) },
  { what: 'a PDF document', test: at(0, '%PDF-') },
  { what: 'a program', test: at(0, '\x7fELF', 'MZ', '\xcf\xfa\xed\xfe') },
  { what: 'JSON text', test: begins(/^[{[]\s*(["{[\]}]|-?\d|true|false|null)/) },
];

function isHdf5(head: Buffer): boolean {
  return [0, 512, 1024, 2048].some((offset) => at(offset, '\x89HDF\r\n\x1a\n')(head));
}

/** A plausible header length, and the header's opening brace. */
export function isSafetensors(head: Buffer): boolean {
  if (head.length < 10 || head.readUInt32LE(4) !== 0 || head[8] !== 0x7b) return false;
  const length = head.readUInt32LE(0);
  return length >= 2 && length <= 100_000_000 && /^[\s"}]$/.test(String.fromCharCode(head[9]!));
}

/** The opcode PROTO with a valid protocol, then an opcode. */
export function isPickle(head: Buffer): boolean {
  return head.length > 2 && head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5 && head[2]! !== 0;
}

export const isZip: Test = at(0, 'PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08');
export function isTar(head: Buffer): boolean {
  return at(257, 'ustar')(head);
}
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The kind of a file that begins with these bytes; undefined if unknown. @param head - the first {@link headBytes} */
export function kindOfBytes(head: Uint8Array): FileKind | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, headBytes));
  if (bytes.length === 0) return { what: 'empty', mend: 'fetch it again' };
  const found = known.find(({ test }) => test(bytes));
  if (found) return found;
  const text = bytes.toString('utf8');
  return /^[^\0-\x08\x0e-\x1f\x7f\ufffd]+\ufffd?$/.test(text) ? { what: 'text' } : undefined;
}

export const headOf = (source: ByteSource): Buffer => {
  const bytes = source.read(0, headBytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

/**
 * `PATH is an HTML page; needed is a file of IDX; download ..`: one line about a file of another kind, undefined if the
 * kind is unknown.
 *
 * @param needed - with its article
 * @param mend - how to get the right file, unless the kind determines it
 */
export function otherKind(path: string, head: Uint8Array, needed: string, mend: string): string | undefined {
  const kind = kindOfBytes(head);
  return kind && `${path} is ${kind.what}; expected ${needed}; ${kind.mend ?? mend}`;
}
