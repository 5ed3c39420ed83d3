import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '../errors.ts';
import { cifarLayouts, locateCifar, readCifar } from './cifar.ts';

type Name = 'cifar10' | 'cifar100';
const names: Name[] = ['cifar10', 'cifar100'];
const records = 3;

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cifar-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Byte of an image, in the place where a reader of the format's description would look for it. */
const pixel = (file: number, image: number, c: number, y: number, x: number): number =>
  (file * 101 + image * 53 + c * 83 + y * 7 + x * 3) % 256;
const label = (name: Name, file: number, image: number): number =>
  (file * 3 + image) % (name === 'cifar10' ? 10 : 100);

/** The files of the official archive: for each record its label, coarse before fine, then red, green, blue by rows. */
function filesOf(name: Name): Map<string, Buffer> {
  const { train, test, classesFile, classes } = cifarLayouts[name];
  const files = new Map<string, Buffer>();
  for (const [f, file] of [...train, ...test].entries()) {
    const bytes: number[] = [];
    for (let image = 0; image < records; image++) {
      if (name === 'cifar100') bytes.push(19);
      bytes.push(label(name, f, image));
      for (let c = 0; c < 3; c++)
        for (let y = 0; y < 32; y++) for (let x = 0; x < 32; x++) bytes.push(pixel(f, image, c, y, x));
    }
    files.set(file, Buffer.from(bytes));
  }
  files.set(
    classesFile,
    Buffer.from(Array.from({ length: classes }, (_, c) => `kind ${c}\n`).join('') + '\n'),
  );
  return files;
}
function putFolder(name: Name, folder = join(root, cifarLayouts[name].folder)): string {
  mkdirSync(folder, { recursive: true });
  for (const [file, bytes] of filesOf(name)) writeFileSync(join(folder, file), bytes);
  return folder;
}
async function archiveOf(name: Name, files = filesOf(name)): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: `${cifarLayouts[name].folder}/`, type: 'directory' });
  archive.entry({ name: `${cifarLayouts[name].folder}/readme.html` }, '<html>');
  for (const [file, bytes] of files) archive.entry({ name: `${cifarLayouts[name].folder}/${file}` }, bytes);
  archive.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of archive as AsyncIterable<Uint8Array>) pieces.push(piece);
  return gzipSync(Buffer.concat(pieces));
}

async function expectAll(name: Name, dataDir: string): Promise<void> {
  const { train, test } = await readCifar(name, dataDir);
  const files = cifarLayouts[name].train.length;
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

describe.each(names)('%s', (name) => {
  it('is read from its folder, from the folder above, and from the archive, pixel by pixel', async () => {
    const folder = putFolder(name);
    await expectAll(name, root);
    await expectAll(name, folder);
    rmSync(folder, { recursive: true });
    const archive = join(root, cifarLayouts[name].archive);
    writeFileSync(archive, await archiveOf(name));
    await expectAll(name, root);
    await expectAll(name, archive);
    expect(locateCifar(name, root)).toEqual({ kind: 'archive', path: archive });
  });
  it('has numbers for classes where their names are missing or too few', async () => {
    const folder = putFolder(name);
    const file = join(folder, cifarLayouts[name].classesFile);
    for (const spoil of [
      () => {
        writeFileSync(file, 'one\ntwo\n');
      },
      () => {
        rmSync(file);
      },
    ]) {
      spoil();
      const { train } = await readCifar(name, root);
      expect(train.classes.slice(0, 3)).toEqual(['0', '1', '2']);
    }
  });
  it('without one of its files is refused by the name of the file', async () => {
    const [file = ''] = cifarLayouts[name].test;
    const folder = putFolder(name);
    rmSync(join(folder, file));
    await expect(readCifar(name, root)).rejects.toThrow(`${join(folder, file)} is missing`);
    rmSync(folder, { recursive: true });
    const files = filesOf(name);
    files.delete(file);
    writeFileSync(join(root, cifarLayouts[name].archive), await archiveOf(name, files));
    await expect(readCifar(name, root)).rejects.toThrow(new RegExp(`${file} in .* is missing`));
  });
  it('with a file cut inside a record, or empty, is refused by its name', async () => {
    const [file = ''] = cifarLayouts[name].train;
    const folder = putFolder(name);
    for (const length of [5000, 0]) {
      truncateSync(join(folder, file), length);
      await expect(readCifar(name, root)).rejects.toThrow(
        `${file} is truncated or not ${name}: its ${length} bytes`,
      );
    }
  });
  it('with a label that does not exist is refused with file and record', async () => {
    const [file = ''] = cifarLayouts[name].test;
    const bytes = filesOf(name).get(file)!;
    const { labelAt, labelBytes, classes } = cifarLayouts[name];
    bytes[2 * (labelBytes + 3072) + labelAt] = classes;
    writeFileSync(join(putFolder(name), file), bytes);
    await expect(readCifar(name, root)).rejects.toThrow(
      `${file}: the label of record 2 is ${classes}, out of range 0..${classes - 1}`,
    );
  });
  it('in an archive that breaks off is refused', async () => {
    const bytes = await archiveOf(name);
    const archive = join(root, cifarLayouts[name].archive);
    for (const length of [20, bytes.length >> 1, bytes.length - 1]) {
      writeFileSync(archive, bytes.subarray(0, length));
      await expect(readCifar(name, root)).rejects.toThrow(/truncated or damaged/);
    }
    writeFileSync(archive, '');
    await expect(readCifar(name, root)).rejects.toBeInstanceOf(DataError);
  });
  it('that is nowhere is told with the places and the command that brings it', async () => {
    for (const dataDir of [join(root, 'no'), root, undefined]) {
      await expect(readCifar(name, dataDir)).rejects.toBeInstanceOf(DataError);
      await expect(readCifar(name, dataDir)).rejects.toThrow(`meanfield data fetch ${name}`);
    }
    await expect(readCifar(name, root)).rejects.toThrow(join(root, cifarLayouts[name].folder));
  });
  it('in a folder without its first file is told by that file', () => {
    const folder = putFolder(name);
    const [file = ''] = cifarLayouts[name].train;
    rmSync(join(folder, file));
    expect(() => locateCifar(name, root)).toThrow(`${join(folder, file)} is missing`);
  });
});
