import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { FileError } from '../errors.ts';
import { headBytes, kindOfBytes } from './file-kind.ts';
import { encodePng } from './png.ts';
import { legacyOf, pickleOf, tensorOf, zipOf } from './pytorch/fake-file.ts';
import { encodeSafetensors, type StoredTensor } from './safetensors.ts';
import { openWeightFile } from './weight-file.ts';
import { temporaryFolder } from '../test-folder.ts';

const folder = temporaryFolder();

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const padded = (bytes: Buffer, size = 600): Buffer => Buffer.concat([bytes, Buffer.alloc(size, 1)]);
const entry = (...names: readonly string[]): Buffer =>
  zipOf(Object.fromEntries(names.map((name) => [name, { data: Buffer.of(1) }])));
const lfs =
  'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n';
const torchZip = ['net/data.pkl', 'net/version'];

const kinds: readonly (readonly [string, Buffer, string, string])[] = [
  ['a Git LFS pointer', Buffer.from(lfs), 'is a Git LFS pointer', 'git lfs pull'],
  [
    'a git-annex pointer',
    Buffer.from('/annex/objects/SHA256E-s1--ab.pth\n'),
    'is a git-annex pointer',
    'git annex get',
  ],
  ['a page', Buffer.from('<!DOCTYPE html><html><head>'), 'is an HTML page', 'download the file itself'],
  [
    'a page in capitals, after spaces',
    Buffer.from('\uFEFF\n  <HTML lang="en">'),
    'is an HTML page',
    'download',
  ],
  ['a page after a comment', Buffer.from('<!-- saved -->\n<html>'), 'is an HTML page', 'download'],
  [
    'an error of a store',
    Buffer.from('<?xml version="1.0"?><Error/>'),
    'is XML text',
    'download the file again',
  ],
  ['an ONNX model', padded(latin('\x08\x07\x12\x07pytorch\x1a\x052.0.1:')), 'is an ONNX model', 'torch.save'],
  [
    'an ONNX model of another program',
    padded(latin('\x08\x08\x3a\xa0\x1f\x0a\x10')),
    'is an ONNX model',
    'torch.save',
  ],
  ['a SavedModel', padded(latin('\x08\x01\x12\xb4\xca\x02\x0a')), 'is a TensorFlow SavedModel', 'torch.save'],
  ['HDF5', padded(latin('\x89HDF\r\n\x1a\n')), 'is an HDF5 file, as written by Keras (.h5)', 'torch.save'],
  [
    'HDF5 after a user block',
    Buffer.concat([Buffer.alloc(512), latin('\x89HDF\r\n\x1a\n')]),
    'HDF5',
    'torch.save',
  ],
  ['Keras', entry('metadata.json', 'config.json', 'model.weights.h5'), 'is a Keras file (.keras)', 'PyTorch'],
  ['npz', entry('a.npy', 'b.npy'), 'is a NumPy archive (.npz)', 'numpy.load'],
  ['npy', padded(latin("\x93NUMPY\x01\x00v\x00{'descr': '<f4'")), 'is a NumPy array (.npy)', 'torch.save'],
  [
    'TorchScript',
    entry(...torchZip, 'net/constants.pkl', 'net/code/a.py'),
    'is a TorchScript program',
    'torch.jit.load',
  ],
  [
    'torch.export',
    entry('net/archive_format', 'net/data/w'),
    'is a torch.export program',
    'torch.export.load',
  ],
  ['a zip with weights in it', entry('best/resnet20.pth'), 'is a zip of weight files', 'unzip'],
  ['an office document', entry('[Content_Types].xml', 'word/document.xml'), 'office document', 'again'],
  ['gzip', gzipSync(Buffer.alloc(20)), 'is a gzip file', 'gunzip'],
  ['bzip2', padded(latin('BZh91AY&SY')), 'is a bzip2 file', 'bunzip2'],
  ['xz', padded(latin('\xfd7zXZ\0')), 'is an xz file', 'unxz'],
  ['Zstandard', padded(latin('\x28\xb5\x2f\xfd')), 'is a Zstandard file', 'unzstd'],
  ['7z', padded(latin('7z\xbc\xaf\x27\x1c')), 'is a 7z archive', '7z x'],
  ['RAR', padded(latin('Rar!\x1a\x07\x01\0')), 'is a RAR archive', 'unrar'],
  [
    'tar',
    Buffer.concat([Buffer.alloc(257, 97), latin('ustar\0'), Buffer.alloc(300)]),
    'is a tar archive',
    'tar -xf',
  ],
  ['TensorFlow Lite', padded(latin('\x1c\0\0\0TFL3')), 'is a TensorFlow Lite model', 'torch.save'],
  ['GGUF', padded(latin('GGUF\x03\0\0\0')), 'is a GGUF file', 'torch.save'],
  ['Parquet', padded(latin('PAR1\x15\x04')), 'is a Parquet file', 'torch.save'],
  ['Arrow', padded(latin('ARROW1\0\0')), 'is an Arrow file', 'torch.save'],
  ['MATLAB', padded(latin('MATLAB 5.0 MAT-file')), 'is a MATLAB file', 'torch.save'],
  [
    'PNG',
    encodePng(new Uint8Array(12), { width: 2, height: 2, channels: 3 }),
    'is a PNG image',
    'torch.save',
  ],
  ['JPEG', padded(latin('\xff\xd8\xff\xe0')), 'is a JPEG image', 'torch.save'],
  ['GIF', padded(latin('GIF89a')), 'is a GIF image', 'torch.save'],
  ['WebP', padded(latin('RIFF\x24\0\0\0WEBPVP8 ')), 'is a WebP image', 'torch.save'],
  ['PDF', padded(latin('%PDF-1.7\n')), 'is a PDF document', 'torch.save'],
  ['a program', padded(latin('\x7fELF\x02\x01')), 'is a program', 'torch.save'],
  ['JSON', Buffer.from('{"error": "Access denied"}'), 'is JSON text', 'torch.save'],
  ['text', Buffer.from('resnet20: see https://example.org\n'), 'is text', 'torch.save'],
  ['nothing', Buffer.alloc(0), 'is empty', 'fetch it again'],
];

it.each(kinds)(
  'the error for %s in place of weights names it, the expected kind and how to get it',
  async (_, bytes, what, mend) => {
    const path = join(folder, 'weights.pth');
    writeFileSync(path, bytes);
    const error: unknown = await openWeightFile(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FileError);
    const { message } = error as FileError;
    expect(message).toContain(`${path} is`);
    expect(message).toContain(what);
    expect(message).toMatch(/; expected a (weight file|PyTorch state dict)/);
    expect(message).toContain(mend);
    expect(message).not.toContain('\n');
  },
);

const floats = Float32Array.of(1, 2, 3, 4, 5, 6);
const tensors = new Map<string, StoredTensor>([
  ['w', { dtype: 'F32', shape: [6], data: new Uint8Array(floats.buffer) }],
]);

/** The same file with a longer header: the format allows trailing spaces. */
function withHeader(length: number): Buffer {
  const whole = Buffer.concat(encodeSafetensors(tensors));
  const header = whole.toString('utf8', 8, 8 + Number(whole.readBigUInt64LE())).trimEnd();
  const head = Buffer.alloc(8 + length, ' ');
  head.writeBigUInt64LE(BigInt(length));
  head.write(header, 8);
  return Buffer.concat([head, new Uint8Array(floats.buffer)]);
}

it('safetensors are recognized by their structure, whatever the first byte of the length', async () => {
  const path = join(folder, 'model.safetensors');
  const read = async (bytes: Buffer): Promise<void> => {
    writeFileSync(path, bytes);
    const file = await openWeightFile(path);
    expect(file.format).toBe('safetensors');
    expect((await file.tensors.get('w')!.read()).data).toEqual(new Uint8Array(floats.buffer));
    file.close();
  };
  for (let first = 0; first < 256; first++) await read(withHeader(0x200 + first));
  // The first two bytes of: pickles of protocols 2 to 5, zip, gzip, bzip2, ONNX, HTML, a program, an image.
  for (const length of [
    0x280, 0x380, 0x480, 0x580, 0x4b50, 0x8b1f, 0x5a42, 0x708, 0x213c, 0x5a4d, 0xd8ff, 0x5089,
  ])
    await read(withHeader(length));
});

it('a truncated safetensors file is called damaged, not a file of another kind', async () => {
  const path = join(folder, 'cut.safetensors');
  for (const length of [0x280, 0x4b50, 0x8b1f]) {
    writeFileSync(path, withHeader(length).subarray(0, 300));
    await expect(openWeightFile(path)).rejects.toThrow(
      `${path} is damaged or half-written: its header would have ${length} bytes`,
    );
  }
});

it('readable files are distinguished by their first bytes', () => {
  const legacy = legacyOf(
    new Map([['w', tensorOf({ key: '0', shape: [6], elements: 6 })]]),
    new Map([['0', floats]]),
  );
  const cases: readonly (readonly [Buffer, string])[] = [
    [Buffer.concat(encodeSafetensors(tensors)), 'a safetensors file'],
    [Buffer.concat(encodeSafetensors(new Map())), 'a safetensors file'],
    [legacy, 'a Python pickle'],
    [pickleOf([]), 'a Python pickle'],
    [entry('net/data.pkl'), 'a zip archive'],
  ];
  for (const [bytes, what] of cases) expect(kindOfBytes(bytes.subarray(0, headBytes))?.what).toBe(what);
  expect(kindOfBytes(Buffer.of(0, 0, 8, 3))).toBeUndefined();
});
