import { mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '../errors.ts';
import { callOf, globalOf, opcodesOf, pickleOf, Raw } from '../io/pytorch/fake-file.ts';
import { cifarClassNames } from './cifar-class-names.ts';
import { readCifar, readCifarTest } from './cifar.ts';
import { type CifarKind, cifarLayouts } from './cifar-layouts.ts';
import { locateCifar } from './cifar-locate.ts';
import { temporaryFolder } from '../test-folder.ts';

type Name = 'cifar10' | 'cifar100';
const versions: [Name, CifarKind][] = [
  ['cifar10', 'binary'],
  ['cifar10', 'python'],
  ['cifar100', 'binary'],
  ['cifar100', 'python'],
];
const records = 3;

let root = '';
beforeEach(() => {
  root = temporaryFolder();
});

/** A byte of an image, at the position given by the format's description. */
const pixel = (file: number, image: number, c: number, y: number, x: number): number =>
  (file * 101 + image * 53 + c * 83 + y * 7 + x * 3) % 256;
const label = (name: Name, file: number, image: number): number =>
  (file * 3 + image) % (name === 'cifar10' ? 10 : 100);

/** Python 2 text. */
const text2 = (text: string): Raw => new Raw('U', Uint8Array.of(text.length), text);
const list = (items: readonly (Raw | number)[]): Raw =>
  new Raw('](', ...items.map((item) => (typeof item === 'number' ? opcodesOf(item) : item.bytes)), 'e');

/** A byte array [rows, columns] as NumPy pickles it with protocol 2. */
function array2(
  rows: number,
  bytes: Uint8Array,
  type = 'u1',
  shape: number[] = [rows, bytes.length / rows],
): Raw {
  const made = callOf(globalOf('numpy.core.multiarray', '_reconstruct'), [
    globalOf('numpy', 'ndarray'),
    [0],
    text2('b'),
  ]);
  const dtype = callOf(globalOf('numpy', 'dtype'), [text2(type), 0, 1]);
  const state = opcodesOf([3, text2('|'), null, null, null, -1, -1, 0]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  const content = new Raw('T', length, bytes);
  const typed = new Raw(dtype.bytes, state, 'b');
  return new Raw(made.bytes, opcodesOf([1, shape, typed, false, content]), 'b');
}

/** The files of the official archives: for each record its label, coarse before fine, and red, green, blue by rows. */
function filesOf(name: Name, kind: CifarKind): Map<string, Buffer> {
  const { train, test, classesFile, classes } = cifarLayouts[name][kind];
  const files = new Map<string, Buffer>();
  const classNames = Array.from({ length: classes }, (_, c) => `kind ${c}`);
  for (const [f, file] of [...train, ...test].entries()) {
    const labels = Array.from({ length: records }, (_, image) => label(name, f, image));
    const planes = labels.map((_, image) => {
      const bytes: number[] = [];
      for (let c = 0; c < 3; c++)
        for (let y = 0; y < 32; y++) for (let x = 0; x < 32; x++) bytes.push(pixel(f, image, c, y, x));
      return bytes;
    });
    const binary = (): Buffer =>
      Buffer.from(labels.flatMap((one, i) => [...(name === 'cifar100' ? [19] : []), one, ...planes[i]!]));
    const python = (): Buffer => {
      const key = name === 'cifar10' ? 'labels' : 'fine_labels';
      const items = [
        [text2('data'), array2(records, Uint8Array.from(planes.flat()))],
        [text2(key), list(labels)],
        [text2('filenames'), list(labels.map((_, i) => text2(`${i}.png`)))],
      ].flat();
      return pickleOf(new Raw('}(', ...items.map((item) => item.bytes), 'u'));
    };
    files.set(file, kind === 'binary' ? binary() : python());
  }
  const key = name === 'cifar10' ? 'label_names' : 'fine_label_names';
  files.set(
    classesFile,
    kind === 'binary'
      ? Buffer.from(`${classNames.join('\n')}\n\n`)
      : pickleOf(new Raw('}(', text2(key).bytes, list(classNames.map(text2)).bytes, 'u')),
  );
  return files;
}
function putFolder(
  name: Name,
  kind: CifarKind,
  folder = join(root, cifarLayouts[name][kind].folder),
): string {
  mkdirSync(folder, { recursive: true });
  for (const [file, bytes] of filesOf(name, kind)) writeFileSync(join(folder, file), bytes);
  return folder;
}
async function archiveOf(name: Name, kind: CifarKind, files = filesOf(name, kind)): Promise<Buffer> {
  const { folder } = cifarLayouts[name][kind];
  const archive = pack();
  archive.entry({ name: `${folder}/`, type: 'directory' });
  archive.entry({ name: `${folder}/readme.html` }, '<html>');
  for (const [file, bytes] of files) archive.entry({ name: `${folder}/${file}` }, bytes);
  archive.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of archive as AsyncIterable<Uint8Array>) pieces.push(piece);
  return gzipSync(Buffer.concat(pieces));
}

async function expectAll(name: Name, dataDir: string): Promise<void> {
  const { train, test } = await readCifar(name, dataDir);
  const files = cifarLayouts[name].binary.train.length;
  for (const [set, first, count] of [
    [train, 0, files * records],
    [test, files, records],
  ] as const) {
    expect(set).toMatchObject({ name, count, height: 32, width: 32, channels: 3 });
    expect(set.images).toHaveLength(count * 3072);
    expect(set.classes).toHaveLength(name === 'cifar10' ? 10 : 100);
    expect(set.classes[7]).toBe('kind 7');
    const wrong: string[] = [];
    for (let i = 0; i < count; i++) {
      const [file, image] = [first + Math.floor(i / records), i % records];
      expect(set.labels[i]).toBe(label(name, file, image));
      for (let y = 0; y < 32; y++)
        for (let x = 0; x < 32; x++)
          for (let c = 0; c < 3; c++)
            if (set.images[((i * 32 + y) * 32 + x) * 3 + c] !== pixel(file, image, c, y, x))
              wrong.push(`image ${i}, row ${y}, column ${x}, channel ${c}`);
    }
    expect(wrong).toEqual([]);
  }
}

describe.each(versions)('%s, %s version,', (name, kind) => {
  const layout = cifarLayouts[name][kind];
  it('is read from its folder, from the parent folder, and from the archive, pixel by pixel', async () => {
    const folder = putFolder(name, kind);
    await expectAll(name, root);
    await expectAll(name, folder);
    rmSync(folder, { recursive: true });
    const archive = join(root, layout.archive);
    writeFileSync(archive, await archiveOf(name, kind));
    await expectAll(name, root);
    await expectAll(name, archive);
    expect(locateCifar(name, root)).toEqual({ kind: 'archive', path: archive });
    const { test } = await readCifarTest(name, root);
    expect(test).toEqual((await readCifar(name, root)).test);
  });
  it('is found in an archive that a browser has unpacked or renamed', async () => {
    const archive = await archiveOf(name, kind);
    for (const [file, bytes] of [
      [layout.archive.replace(/\.gz$/, ''), gunzipSync(archive)],
      [layout.archive.replace('.tar.gz', '.tgz'), archive],
    ] as const) {
      writeFileSync(join(root, file), bytes);
      await expectAll(name, root);
      rmSync(join(root, file));
    }
  });
  it('in a nested folder is reported by that folder', () => {
    const folder = putFolder(name, kind);
    mkdirSync(join(root, 'a b', 'c'), { recursive: true });
    renameSync(folder, join(root, 'a b', 'c', layout.folder));
    const inside = join(root, 'a b', 'c');
    expect(() => locateCifar(name, root)).toThrow(`but in ${inside}: give --data-dir`);
    expect(locateCifar(name, inside).kind).toBe('folder');
  });
  it('has the published classes if their names are missing or too few', async () => {
    const folder = putFolder(name, kind);
    const file = join(folder, layout.classesFile);
    for (const spoil of [
      () => {
        writeFileSync(
          file,
          kind === 'binary' ? 'one\ntwo\n' : pickleOf(new Map([['label_names', ['one', 'two']]])),
        );
      },
      () => {
        rmSync(file);
      },
    ]) {
      spoil();
      const { train } = await readCifar(name, root);
      expect(train.classes).toEqual(cifarClassNames[name]);
    }
  });
  it('without one of its files is refused by the name of the file', async () => {
    const [file = ''] = layout.test;
    const folder = putFolder(name, kind);
    rmSync(join(folder, file));
    await expect(readCifar(name, root)).rejects.toThrow(`${join(folder, file)} is missing`);
    rmSync(folder, { recursive: true });
    const files = filesOf(name, kind);
    files.delete(file);
    writeFileSync(join(root, layout.archive), await archiveOf(name, kind, files));
    await expect(readCifar(name, root)).rejects.toThrow(new RegExp(`${file} in .* is missing`));
  });
  it('in a truncated archive is refused', async () => {
    const bytes = await archiveOf(name, kind);
    const archive = join(root, layout.archive);
    for (const length of [20, bytes.length >> 1, bytes.length - 1]) {
      writeFileSync(archive, bytes.subarray(0, length));
      await expect(readCifar(name, root)).rejects.toThrow(/truncated or damaged/);
    }
    writeFileSync(archive, '');
    await expect(readCifar(name, root)).rejects.toBeInstanceOf(DataError);
  });
  it('that is missing is reported with the searched places and the command that downloads it', async () => {
    for (const dataDir of [join(root, 'no'), root, undefined]) {
      await expect(readCifar(name, dataDir)).rejects.toBeInstanceOf(DataError);
      await expect(readCifar(name, dataDir)).rejects.toThrow(`meanfield data fetch ${name}`);
    }
    await expect(readCifar(name, root)).rejects.toThrow(join(root, layout.folder));
  });
  it('in a folder without its first file is reported by that file', () => {
    const folder = putFolder(name, kind);
    const [file = ''] = layout.train;
    rmSync(join(folder, file));
    expect(() => locateCifar(name, root)).toThrow(`${join(folder, file)} is missing`);
  });
});

describe.each(['cifar10', 'cifar100'] as const)('%s, binary version,', (name) => {
  it('with a file truncated inside a record, or empty, is refused by its name', async () => {
    const [file = ''] = cifarLayouts[name].binary.train;
    const folder = putFolder(name, 'binary');
    for (const length of [5000, 0]) {
      truncateSync(join(folder, file), length);
      await expect(readCifar(name, root)).rejects.toThrow(
        `${file} is truncated or not ${name}: its ${length} bytes`,
      );
    }
  });
  it('with an invalid label is refused with file and record', async () => {
    const [file = ''] = cifarLayouts[name].binary.test;
    const bytes = filesOf(name, 'binary').get(file)!;
    const labelBytes = name === 'cifar10' ? 1 : 2;
    const { classes } = cifarLayouts[name].binary;
    bytes[2 * (labelBytes + 3072) + labelBytes - 1] = classes;
    writeFileSync(join(putFolder(name, 'binary'), file), bytes);
    await expect(readCifar(name, root)).rejects.toThrow(
      `${file}: the label of record 2 is ${classes}, out of range 0..${classes - 1}`,
    );
  });
});

describe('the Python version', () => {
  const folder = (): string => join(root, cifarLayouts.cifar10.python.folder);
  const putBatch = (content: unknown): void => {
    putFolder('cifar10', 'python');
    writeFileSync(join(folder(), 'test_batch'), pickleOf(content));
  };
  it('is read with labels in an array', async () => {
    const labels = new Uint8Array(BigInt64Array.of(4n, 9n).buffer);
    for (const [type, bytes] of [
      ['i8', labels],
      ['u1', Uint8Array.of(4, 9)],
    ] as const) {
      putBatch(
        new Map([
          ['data', array2(2, new Uint8Array(6144))],
          ['labels', array2(2, bytes, type, [2])],
        ]),
      );
      expect([...(await readCifarTest('cifar10', root)).test.labels]).toEqual([4, 9]);
    }
    putBatch(
      new Map([
        ['data', array2(2, new Uint8Array(6144))],
        ['labels', array2(2, new Uint8Array(8), 'f4', [2])],
      ]),
    );
    await expect(readCifarTest('cifar10', root)).rejects.toThrow(/expected data and labels/);
  });
  it('is read when Python 3 has pickled it again, with keys of bytes', async () => {
    const key = (text: string): Raw => new Raw('C', Uint8Array.of(text.length), text);
    const array = array2(1, new Uint8Array(3072).fill(7));
    putBatch(new Raw('}(', key('data').bytes, array.bytes, key('labels').bytes, list([4]).bytes, 'u'));
    const { test } = await readCifarTest('cifar10', root);
    expect([...test.labels]).toEqual([4]);
    expect(test.images.every((byte) => byte === 7)).toBe(true);
  });
  it.each<[string, () => unknown, RegExp]>([
    [
      'of another set',
      () => new Map([['fine_labels', []]]),
      /test_batch has the keys fine_labels; expected data and labels/,
    ],
    ['that is no dictionary', () => [1, 2], /test_batch is not a dictionary/],
    [
      'of other numbers',
      () =>
        new Map<string, unknown>([
          ['data', array2(1, new Uint8Array(3072), 'f4')],
          ['labels', list([1])],
        ]),
      /data is \[1, 3072\] of f4/,
    ],
    [
      'of other sizes',
      () =>
        new Map<string, unknown>([
          ['data', array2(2, new Uint8Array(200))],
          ['labels', list([1])],
        ]),
      /data is \[2, 100\] of u1/,
    ],
    [
      'with a label too many',
      () =>
        new Map<string, unknown>([
          ['data', array2(1, new Uint8Array(3072))],
          ['labels', list([1, 2])],
        ]),
      /1 images and 2 labels/,
    ],
    [
      'with a label that does not exist',
      () =>
        new Map<string, unknown>([
          ['data', array2(1, new Uint8Array(3072))],
          ['labels', list([10])],
        ]),
      /test_batch: the label of record 0 is 10, out of range 0\.\.9/,
    ],
    [
      'that would run code',
      () => callOf(globalOf('os', 'system'), ['true']),
      /names "os\.system", which is not part of plain data/,
    ],
  ])('with a file %s is refused', async (_, content, message) => {
    putBatch(content());
    const read = readCifar('cifar10', root);
    await expect(read).rejects.toBeInstanceOf(DataError);
    await expect(read).rejects.toThrow(message);
  });
  it('with a truncated file is refused', async () => {
    putFolder('cifar10', 'python');
    truncateSync(join(folder(), 'data_batch_3'), 5000);
    await expect(readCifar('cifar10', root)).rejects.toThrow(/data_batch_3 is damaged/);
  });
});

describe('different data', () => {
  it.each<CifarKind>(['binary', 'python'])('is named: the other set in its %s version', async (kind) => {
    putFolder('cifar100', kind);
    await expect(readCifar('cifar10', root)).rejects.toThrow(
      `${root} has cifar100, not cifar10: give --dataset cifar100`,
    );
    const archive = join(root, 'any-name.tgz');
    writeFileSync(archive, await archiveOf('cifar100', kind));
    await expect(readCifar('cifar10', archive)).rejects.toThrow(`${archive} has cifar100, not cifar10`);
  });
  it('is named: the MATLAB version, and an unrelated archive', async () => {
    writeFileSync(join(root, 'data_batch_1.mat'), '');
    await expect(readCifar('cifar10', root)).rejects.toThrow(
      /is the MATLAB version of cifar10; .*meanfield data fetch/,
    );
    const archive = join(root, 'other.tgz');
    writeFileSync(archive, await archiveOf('cifar10', 'binary', new Map([['x.txt', Buffer.from('x')]])));
    await expect(readCifar('cifar10', archive)).rejects.toThrow(`${archive} has no files of cifar10`);
  });
});
