/**
 * Fuzzes every reader of foreign files and format detection: each spoiled file is read, or gives a named error of one
 * line. Inputs are seeded. No input may take more than 200 MB or 5 s of CPU time: the peak memory of the process grows
 * by what one input adds to it, whatever came before.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cifarLayouts } from '../../src/data/cifar-layouts.ts';
import { readCifarParquet } from '../../src/data/cifar-parquet.ts';
import { pythonBatch } from '../../src/data/cifar-python.ts';
import { readCifar } from '../../src/data/cifar.ts';
import { readIdx } from '../../src/data/idx.ts';
import { decodeImage } from '../../src/data/image-file.ts';
import { MeanfieldError } from '../../src/errors.ts';
import { sourceOfBytes } from '../../src/io/byte-source.ts';
import { decodeCsv } from '../../src/io/csv/rows.ts';
import { kindOfBytes } from '../../src/io/file-kind.ts';
import {
  encodeArchive,
  encodeNpy,
  encodeNpz,
  encodeSafetensors,
  entriesOfArchive,
  openWeightFile,
  readPlainPickle,
  type StoredTensor,
} from '../../src/io/index.ts';
import { decodeNpy } from '../../src/io/npy.ts';
import { readNpz } from '../../src/io/npz-read.ts';
import { encodePng } from '../../src/io/png.ts';
import {
  callOf,
  globalOf,
  legacyOf,
  pickleOf,
  Raw,
  tensorOf,
  zipOf,
} from '../../src/io/pytorch/fake-file.ts';
import { decodeSafetensors, findSafetensors } from '../../src/io/safetensors.ts';
import { readConfigFile } from '../../src/runs/config-file.ts';
import { readSettingsFile } from '../../src/runs/settings-file.ts';
import { parseOwnPoints } from '../../src/studio/lab/csv.ts';
import { readCsv, readCsvTensor } from '../../src/tensor-files/index.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const folder = temporaryFolder();

/** mulberry32: integers in 0 .. n - 1. */
function seeded(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

const sharp = [
  0, 1, 0x7f, 0x80, 0xff, 0x22, 0x2c, 0x2e, 0x3a, 0x5b, 0x7b, 0x0a, 0x28, 0x52, 0x71, 0x85, 0x94,
];

/** One to four changes: bytes, bits, runs of large numbers, cuts, repetitions, parts of another file. */
function spoil(bytes: Uint8Array, others: readonly Uint8Array[], pick: (n: number) => number): Buffer {
  let result = Buffer.from(bytes);
  for (let change = pick(4); change >= 0; change--) {
    if (result.length === 0) return result;
    // Half of the changes are in the beginning, where most formats have their structure.
    const at = pick(2) ? pick(result.length) : pick(Math.min(64, result.length));
    const length = Math.min(1 + pick(9), result.length - at);
    switch (pick(8)) {
      case 0:
        result[at] = pick(256);
        break;
      case 1:
        result[at]! ^= 1 << pick(8);
        break;
      case 2:
        result[at] = sharp[pick(sharp.length)]!;
        break;
      case 3:
        result.fill(pick(2) ? 0xff : 0, at, at + length);
        break;
      case 4:
        result = result.subarray(0, at);
        break;
      case 5:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at + length)]);
        break;
      case 6:
        result = Buffer.concat([result.subarray(0, at + length), result.subarray(at)]);
        break;
      default: {
        const other = others[pick(others.length)]!;
        const from = pick(other.length + 1);
        result = Buffer.concat([
          result.subarray(0, at),
          other.subarray(from, from + 40),
          result.subarray(at),
        ]);
      }
    }
  }
  return result;
}

type Read = (bytes: Buffer) => unknown;
const asFile =
  (name: string, read: (path: string) => unknown): Read =>
  (bytes) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return read(path);
  };

const floats = Float32Array.of(1, 2, 3, 4, 5, 6);
const data = new Uint8Array(floats.buffer);
const tensors = new Map<string, StoredTensor>([
  ['conv1.weight', { dtype: 'F32', shape: [2, 3], data }],
  ['b', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
]);
const safetensors = Buffer.concat(encodeSafetensors(tensors, { format: 'pt' }));
const dict = (legacy: boolean): Map<string, unknown> =>
  new Map<string, unknown>([
    ['epoch', 3],
    ['when', callOf(globalOf('datetime', 'datetime'), ['x'])],
    ['state_dict', new Map([['conv1.weight', tensorOf({ key: '0', shape: [2, 3], elements: 6, legacy })]])],
  ]);
const zipped = zipOf({
  'net/data.pkl': { data: pickleOf(dict(false)) },
  'net/byteorder': { data: Buffer.from('little') },
  'net/data/0': { data, deflate: true },
});
const legacy = legacyOf(dict(true), new Map([['0', floats]]));
const index = Buffer.from(JSON.stringify({ weight_map: { 'conv1.weight': 'part.safetensors' } }));
writeFileSync(join(folder, 'part.safetensors'), safetensors);
const u1 = new Raw(
  callOf(globalOf('numpy', 'dtype'), ['u1', false, true]).bytes,
  pickleOf([3, '|']).subarray(2, -1),
  'b',
);
const pickledArray = (shape: readonly number[], bytes: Uint8Array): Raw => {
  const size = Buffer.alloc(5, 'B');
  size.writeUInt32LE(bytes.length, 1);
  const state = pickleOf([1, shape, u1, false, new Raw(size, bytes)]).subarray(2, -1);
  const ndarray = globalOf('numpy', 'ndarray');
  return new Raw(
    callOf(globalOf('numpy.core.multiarray', '_reconstruct'), [ndarray, [0], 'b']).bytes,
    state,
    'b',
  );
};
const pickle = pickleOf(
  new Map<string, unknown>([
    ['data', pickledArray([2, 3], data.subarray(0, 6))],
    ['labels', [1, 2]],
  ]),
);
const cifarPickle = pickleOf(
  new Map<string, unknown>([
    ['data', pickledArray([1, 3072], new Uint8Array(3072))],
    ['labels', new Raw(']K\x01a')],
  ]),
);
const idx = Buffer.concat([Buffer.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2), Buffer.alloc(12, 7)]);
const record = Buffer.concat([Buffer.of(3), Buffer.alloc(3072, 9)]);
const png = encodePng(
  Uint8Array.from({ length: 48 }, (_, i) => i),
  { width: 4, height: 4, channels: 3 },
);
const npy = Buffer.concat(encodeNpy({ shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) }));
const npz = Buffer.concat(encodeNpz(new Map([['a', { shape: [2], data: Float64Array.of(1, 2) }]])));
const tar = Buffer.from(
  await encodeArchive([
    { name: 'a.bin', bytes: Buffer.alloc(20, 1) },
    { name: 'b', bytes: Buffer.of(1) },
  ]),
);
const plainTar = gunzipSync(tar);
const yaml = Buffer.from(
  'model: resnet20\nlr: 0.1\ndecay-milestones:\n  - 80\n  - 120\nname: "a b"\nmean: [0.1, 0.2]\n# x\n',
);
const parquet = readFileSync(
  new URL('../data/cifar10/plain_text/test-00000-of-00001.parquet', import.meta.url),
);
const numbers = Buffer.from('# seen\r\na;b\r\n0,5;-1e-1\r\n 1 ;nan\r\n-0;2\r\n');
const csv = Buffer.from('x1,x2,class\n0.5,-1e-1,a\n"1","2",b\n-0.25,0.5,a\n');

const drain = async (bytes: Buffer, name: string): Promise<void> => {
  for await (const entry of entriesOfArchive(Readable.from([bytes]), name, () => true))
    expect(entry.name).toBeTypeOf('string');
};
const readWeights = async (path: string): Promise<void> => {
  const file = await openWeightFile(path);
  try {
    for (const tensor of file.tensors.values()) await tensor.read();
  } finally {
    file.close();
  }
};
/** A CIFAR folder whose first file is the input. */
const cifarFolder: Read = (bytes) => {
  const layout = cifarLayouts.cifar10.binary;
  for (const name of [...layout.train, ...layout.test]) writeFileSync(join(folder, name), record);
  writeFileSync(join(folder, layout.train[0]!), bytes);
  return readCifar('cifar10', folder);
};

const weightSeeds = [safetensors, zipped, legacy, index];
const everything = [
  ...weightSeeds,
  ...[pickle, idx, record.subarray(0, 100), png, npy, npz, tar, yaml, csv, numbers, parquet],
];
/** Reader, whole files, spoiled files. */
const readers: readonly (readonly [string, readonly Buffer[], number, Read])[] = [
  ['the detection of formats', [...everything, plainTar, gzipSync(idx)], 5000, (bytes) => kindOfBytes(bytes)],
  ['safetensors', [safetensors], 3000, (bytes) => decodeSafetensors(bytes, 'FILE')],
  [
    'safetensors, on demand',
    [safetensors],
    1000,
    async (bytes) => {
      for (const one of findSafetensors(sourceOfBytes(bytes), 'FILE').tensors.values()) await one.read();
    },
  ],
  [
    'pickles',
    [pickle, legacy.subarray(0, legacy.length - 40)],
    4000,
    (bytes) => readPlainPickle(bytes, 'FILE'),
  ],
  [
    'CIFAR in pickles',
    [cifarPickle],
    500,
    (bytes) => pythonBatch(cifarLayouts.cifar10.python, bytes, 'FILE'),
  ],
  ['weights of any format', weightSeeds, 500, asFile('weights', readWeights)],
  ['zips of PyTorch', [zipped], 400, asFile('weights.pth', readWeights)],
  ['zips of NumPy', [npz], 500, asFile('a.npz', readNpz)],
  ['arrays of NumPy', [npy], 1500, (bytes) => decodeNpy(bytes, 'FILE')],
  ['tar', [plainTar], 600, (bytes) => drain(bytes, 'a.tar')],
  ['tar.gz', [tar], 400, (bytes) => drain(bytes, 'a.tar.gz')],
  ['IDX', [idx], 500, asFile('images', (path) => readIdx(path, 3))],
  ['IDX in gzip', [gzipSync(idx)], 300, asFile('images.gz', (path) => readIdx(path, 3))],
  ['CIFAR', [record], 60, cifarFolder],
  [
    'CIFAR in Parquet',
    [parquet],
    300,
    asFile('test.parquet', (path) => readCifarParquet('cifar10', { train: [], test: [path] }, ['test'])),
  ],
  ['images', [png], 300, asFile('a.png', (path) => decodeImage(path, { height: 4, width: 4, channels: 3 }))],
  ['YAML settings', [yaml], 300, asFile('config.yaml', (path) => readSettingsFile(path))],
  ['YAML of runs', [yaml], 300, asFile('run.yaml', (path) => readConfigFile(path))],
  ['points in CSV', [csv], 2000, (bytes) => parseOwnPoints(bytes.toString('utf8'))],
  ['tables in CSV', [csv], 2000, (bytes) => decodeCsv(bytes.toString('utf8'), 'FILE')],
  ['tables in files of CSV', [csv], 500, asFile('a.csv', (path) => readCsv(path))],
  [
    'tensors in CSV',
    [numbers],
    1000,
    asFile('b.csv', (path) => {
      const x = readCsvTensor(path, { allowEmpty: true });
      expect(x.rank).toBe(2);
      x.dispose();
    }),
  ],
];

it('there are at least 20,000 spoiled files', () => {
  expect(readers.reduce((sum, [, , count]) => sum + count, 0)).toBeGreaterThanOrEqual(20_000);
});

describe.each(readers)('%s', (name, seeds, count, read) => {
  it('intact files are read', { timeout: 60_000 }, async () => {
    for (const bytes of seeds) {
      if (name === 'pickles' && bytes !== seeds[0]) continue;
      await read(bytes);
    }
  });

  it(`${count} spoiled files are read, or give a named error of one line`, { timeout: 120_000 }, async () => {
    const pick = seeded(count);
    let refused = 0;
    for (let i = 0; i < count; i++) {
      const bytes = spoil(seeds[pick(seeds.length)]!, everything, pick);
      const [memory, time] = [process.resourceUsage().maxRSS, process.cpuUsage()];
      let error: unknown;
      try {
        await read(bytes);
      } catch (thrown) {
        error = thrown;
        refused++;
      }
      const { user, system } = process.cpuUsage(time);
      const input = `input ${i}: ${bytes.subarray(0, 400).toString('base64')}`;
      if (error !== undefined && !(error instanceof MeanfieldError)) throw new Error(input, { cause: error });
      if (
        error instanceof MeanfieldError &&
        (error.message.includes('\n') || error.message.startsWith('internal:'))
      )
        throw new Error(`${input}: ${error.message}`, { cause: error });
      expect(process.resourceUsage().maxRSS - memory, input).toBeLessThan(200 * 1024);
      expect(user + system, input).toBeLessThan(5e6);
    }
    if (name !== 'the detection of formats') expect(refused).toBeGreaterThan(count / 10);
  });
});
