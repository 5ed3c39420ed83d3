import { copyFileSync, linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { DataError, UsageError } from '../errors.ts';
import { type FakeImage, picture, putImage } from './fake-images.ts';
import { displayPath } from './file-path.ts';
import { decodeImage } from './image-file.ts';
import { findImageFolder, readImageFolder, readImageFolderTest } from './image-folder.ts';
import { listImages } from './image-tree.ts';
import { temporaryFolder } from '../test-folder.ts';

let root = '';
beforeEach(() => {
  root = temporaryFolder();
});

const put = (...image: FakeImage): Promise<string> => putImage(root, ...image);
const gray = (name: string, shade = 0): Promise<string> => put(name, picture(6, 5, 1, shade), 6, 5, 1);

/** Two classes with a file each, in both parts. */
async function putSet(): Promise<void> {
  await gray('train/cat/1.png', 0);
  await gray('train/dog/1.png', 50);
  await gray('test/cat/1.png', 10);
  await gray('test/dog/1.png', 60);
}

describe('the list of images', () => {
  it('has files in the given order, and those of folders sorted at any depth', async () => {
    for (const name of ['b.PNG', 'a/2.jpeg', 'a/1.webp', 'notes.txt']) {
      mkdirSync(dirname(join(root, 'x', name)), { recursive: true });
      writeFileSync(join(root, 'x', name), '');
    }
    const single = await gray('single.png');
    const { files, skipped } = await listImages([single, join(root, 'x')]);
    expect(files).toEqual([
      single,
      ...['a/1.webp', 'a/2.jpeg', 'b.PNG'].map((name) => join(root, 'x', name)),
    ]);
    expect(skipped.lines()).toEqual([
      `1 file is not in a supported image format: 1 .txt (${join(root, 'x', 'notes.txt')})`,
    ]);
    await expect(listImages([join(root, 'no')])).rejects.toThrow(`${join(root, 'no')} does not exist`);
  });
  it('excludes hidden files and system clutter at every level, and terminates on a cycle of links', async () => {
    await gray('x/a/1.png');
    for (const name of ['._1.png', '.ipynb_checkpoints/1.png', '__MACOSX/a/1.png', 'a/@eaDir/1.png'])
      await gray(`x/${name}`);
    for (const name of ['Thumbs.db', 'a/desktop.ini']) writeFileSync(join(root, 'x', name), '');
    symlinkSync('..', join(root, 'x', 'a', 'loop'));
    symlinkSync(join(root, 'x', 'a', '1.png'), join(root, 'x', 'again.png'));
    const { files, skipped } = await listImages([join(root, 'x')]);
    expect(files).toEqual([join(root, 'x/a/1.png')]);
    expect(skipped.lines().map((line) => line.replace(/ \(.*/, ''))).toEqual([
      '1 link or hard link repeats a file that is used elsewhere',
      '1 link leads back to a folder that contains it',
    ]);
  });
  it('has names that are not UTF-8, and shows names on one line', async () => {
    const folder = join(root, 'odd');
    mkdirSync(folder);
    const png = readFileSync(await gray('one.png'));
    const name = Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0xe9, 0x0a), Buffer.from('.png')]);
    writeFileSync(name, png);
    const { files } = await listImages([folder]);
    expect(files.map(displayPath)).toEqual([`${folder}/\u00e9\\n.png`]);
    expect(await decodeImage(files[0]!, { height: 6, width: 5, channels: 1 })).toHaveLength(30);
  });
});

describe('a folder', () => {
  it('yields images with the classes of its folders in order, at the size of the first', async () => {
    await putSet();
    await gray('train/cat/2.png', 30);
    const { train, test } = await readImageFolder(root);
    expect(train).toMatchObject({ count: 3, height: 6, width: 5, channels: 1, classes: ['cat', 'dog'] });
    expect([...train.labels]).toEqual([0, 0, 1]);
    const expected = [0, 30, 50].flatMap((shade) => [...picture(6, 5, 1, shade)]);
    expect([...train.images]).toEqual(expected);
    expect([...test.labels]).toEqual([0, 1]);
    expect(test.classes).toEqual(train.classes);
  });
  it('of colour images is in colour, at the requested side length', async () => {
    for (const name of ['train/a/1.jpg', 'train/b/1.webp', 'val/a/1.png'])
      await put(name, picture(9, 12, 3), 9, 12, 3);
    const { train, test } = await readImageFolder(root, { imageSize: 4 });
    expect(train).toMatchObject({ count: 2, height: 4, width: 4, channels: 3 });
    expect(test).toMatchObject({ count: 1, height: 4, width: 4, channels: 3 });
    expect(train.images).toHaveLength(2 * 48);
  });
  it('may have links to class folders; hidden folders are not classes', async () => {
    await putSet();
    await gray('elsewhere/1.png', 70);
    symlinkSync(join(root, 'elsewhere'), join(root, 'train', 'emu'));
    symlinkSync(join(root, 'nowhere'), join(root, 'train', 'broken-link'));
    mkdirSync(join(root, 'train', '.cache'));
    const { train } = await readImageFolder(root);
    expect(train.classes).toEqual(['cat', 'dog', 'emu']);
    expect([...train.labels]).toEqual([0, 1, 2]);
  });
  it('with a test class that training lacks is refused by that class', async () => {
    await putSet();
    await gray('test/emu/1.png');
    await expect(readImageFolder(root)).rejects.toThrow(
      `${join(root, 'test')} has the class emu, which ${join(root, 'train')} does not have: add training images, or remove it`,
    );
    await gray('test/fox/1.png');
    await expect(readImageFolder(root)).rejects.toThrow(
      /test has the classes emu, fox, which .*remove them$/,
    );
  });
  it.each(['train/cat/1.png', 'train/dog/1.png', 'test/dog/1.png'])(
    'with a damaged file %s is refused by its name',
    async (name) => {
      await putSet();
      writeFileSync(join(root, name), 'no image');
      await expect(readImageFolder(root)).rejects.toBeInstanceOf(DataError);
      await expect(readImageFolder(root)).rejects.toThrow(`${join(root, name)} cannot be read as an image`);
    },
  );
  it('without classes, images or parts is refused with what is needed', async () => {
    await expect(readImageFolder(undefined)).rejects.toThrow(/DIR\/train\/<class>/);
    await expect(readImageFolder(root)).rejects.toThrow(/looked in .*train/);
    mkdirSync(join(root, 'train', 'cat'), { recursive: true });
    mkdirSync(join(root, 'test'));
    await expect(readImageFolder(root)).rejects.toThrow(/has 1 class folder, at least 2/);
    mkdirSync(join(root, 'train', 'dog'));
    await expect(readImageFolder(root)).rejects.toThrow(
      /train has no PNG, JPEG, .* files in its class folders/,
    );
  });
});

describe('colour', () => {
  it('is kept unless all images are grey, whatever their order and part', async () => {
    await putSet();
    expect((await readImageFolder(root)).train.channels).toBe(1);
    await put('test/dog/2.jpg', picture(6, 5, 3), 6, 5, 3);
    const { train, test } = await readImageFolder(root);
    expect([train.channels, test.channels]).toEqual([3, 3]);
    expect([...train.images.subarray(0, 90)]).toEqual(
      [...picture(6, 5, 1)].flatMap((byte) => [byte, byte, byte]),
    );
    await put('train/dog/2.png', picture(6, 5, 3), 6, 5, 3);
    rmSync(join(root, 'test/dog/2.jpg'));
    expect((await readImageFolder(root)).train.channels).toBe(3);
  });
  it('is distinguished from grey with alpha and grey of 16 bits', async () => {
    await putSet();
    const clear = sharp(Buffer.from([9, 255, 9, 255]), { raw: { height: 1, width: 2, channels: 2 } });
    await clear.toColourspace('b-w').png().toFile(join(root, 'train/cat/2.png'));
    const deep = sharp(Uint16Array.of(256, 512), { raw: { height: 1, width: 2, channels: 1 } });
    await deep.toColourspace('grey16').png().toFile(join(root, 'train/cat/3.png'));
    expect((await readImageFolder(root)).train).toMatchObject({ channels: 1, count: 4 });
  });
});

describe('a link', () => {
  it('to an ancestor changes nothing: each file counts once, under the class in whose folder it lies', async () => {
    await putSet();
    const loops: [string, string][] = [
      ['..', 'train/cat/loop'],
      ['../..', 'train/dog/root'],
      ['/', 'train/dog/all'],
      ['.', 'train/cat/self'],
      ['.', 'train/again'],
      ['../../test', 'train/cat/other-part'],
      ['ring', 'train/cat/ring'],
    ];
    for (const [target, name] of loops) symlinkSync(target, join(root, name));
    // Of another class, in this part and in the other.
    symlinkSync('../dog', join(root, 'train/cat/dogs'));
    symlinkSync('../../train/cat', join(root, 'test/dog/cats'));
    symlinkSync('../dog/1.png', join(root, 'train/cat/0.png'));
    linkSync(join(root, 'train/cat/1.png'), join(root, 'train/cat/copy.png'));
    const { train, test, notes } = await readImageFolder(root);
    expect(train).toMatchObject({ count: 2, classes: ['cat', 'dog'] });
    expect([...train.images]).toEqual([0, 50].flatMap((shade) => [...picture(6, 5, 1, shade)]));
    expect([...test.images]).toEqual([10, 60].flatMap((shade) => [...picture(6, 5, 1, shade)]));
    expect(notes).toEqual([
      expect.stringMatching(/^train: 6 links lead back to a folder that contains them/),
      expect.stringMatching(/^train: 3 links or hard links repeat files/),
      expect.stringMatching(/^train: 1 link leads nowhere .*ring/),
      expect.stringMatching(/^test: 1 link or hard link repeats/),
    ]);
  });
  it('to a folder that another link has entered adds the rest of its images', async () => {
    await putSet();
    await gray('elsewhere/deep/1.png', 70);
    await gray('elsewhere/2.png', 80);
    symlinkSync(join(root, 'elsewhere/deep'), join(root, 'train/cat/a'));
    symlinkSync(join(root, 'elsewhere'), join(root, 'train/cat/b'));
    const { train, notes } = await readImageFolder(root);
    expect([...train.images]).toEqual([0, 70, 80, 50].flatMap((shade) => [...picture(6, 5, 1, shade)]));
    expect(notes).toEqual([]);
  });
  it('to a class folder, a folder or a file elsewhere adds its images', async () => {
    await putSet();
    await gray('elsewhere/emus/deep/1.png', 70);
    await gray('elsewhere/cats/1.png', 80);
    await gray('elsewhere/dog.png', 90);
    symlinkSync(join(root, 'elsewhere/emus'), join(root, 'train/emu'));
    symlinkSync(join(root, 'elsewhere/cats'), join(root, 'train/cat/more'));
    symlinkSync(join(root, 'elsewhere/dog.png'), join(root, 'train/dog/2.png'));
    symlinkSync('..', join(root, 'elsewhere/emus/loop'));
    const { train } = await readImageFolder(root);
    expect(train.classes).toEqual(['cat', 'dog', 'emu']);
    const shades = [0, 80, 50, 90, 70];
    expect([...train.images]).toEqual(shades.flatMap((shade) => [...picture(6, 5, 1, shade)]));
  });
});

describe('a class', () => {
  it('without readable images is an error that lists its files, unless that is allowed', async () => {
    await putSet();
    mkdirSync(join(root, 'train/emu'));
    writeFileSync(join(root, 'train/emu/1.bmp'), 'BM');
    writeFileSync(join(root, 'train/emu/2.heic'), '');
    symlinkSync('../nowhere.png', join(root, 'train/emu/3.png'));
    const read = readImageFolder(root);
    await expect(read).rejects.toBeInstanceOf(DataError);
    await expect(read).rejects.toThrow(
      /train has no PNG.* files for the class emu; 2 files are not .*1 \.bmp \(.*emu\/1\.bmp\), 1 \.heic .*; 1 link leads nowhere.*--allow-empty-classes/,
    );
    const { train } = await readImageFolder(root, { allowEmptyClasses: true });
    expect(train).toMatchObject({ count: 2, classes: ['cat', 'dog', 'emu'] });
    mkdirSync(join(root, 'test/emu'));
    rmSync(join(root, 'train/emu'), { recursive: true });
    await gray('train/emu/1.png');
    await expect(readImageFolder(root)).rejects.toThrow(/test has no PNG.* files for the class emu/);
  });
  it('of TIFF, GIF and AVIF files is read', async () => {
    await putSet();
    const image = sharp(picture(6, 5, 3), { raw: { height: 6, width: 5, channels: 3 } });
    mkdirSync(join(root, 'train/emu'));
    await image.tiff({ compression: 'lzw' }).toFile(join(root, 'train/emu/1.tif'));
    await image.tiff({ compression: 'none' }).toFile(join(root, 'train/emu/2.TIFF'));
    await image.gif().toFile(join(root, 'train/emu/3.gif'));
    await image.avif().toFile(join(root, 'train/emu/4.avif'));
    await image.jpeg().toFile(join(root, 'train/emu/5.jfif'));
    const { train, notes } = await readImageFolder(root);
    expect([...train.labels]).toEqual([0, 1, 2, 2, 2, 2, 2]);
    expect([...train.images.subarray(2 * 90, 3 * 90)]).toEqual([...picture(6, 5, 3)]);
    expect(notes).toEqual([]);
  });
});

describe('the parts', () => {
  it('val beside train and test is the validation set; alone beside train it is the test set', async () => {
    await putSet();
    await gray('valid/cat/1.png', 30);
    const { validation, test } = await readImageFolder(root);
    expect(validation).toMatchObject({ count: 1, classes: ['cat', 'dog'] });
    expect([...validation!.images]).toEqual([...picture(6, 5, 1, 30)]);
    expect(test.count).toBe(2);
    rmSync(join(root, 'test'), { recursive: true });
    expect(await readImageFolder(root)).toMatchObject({ test: { count: 1 } });
    expect((await readImageFolder(root)).validation).toBeUndefined();
    mkdirSync(join(root, 'Validation'));
    await expect(readImageFolder(root)).rejects.toThrow(
      `${root} has Validation and valid, and either may be the val set`,
    );
  });
  it('may have the names that other tools use, in any case', async () => {
    await putSet();
    for (const [from, to] of [
      ['train', 'Training'],
      ['test', 'Testing'],
    ] as const) {
      mkdirSync(join(root, 'renamed', to), { recursive: true });
      for (const name of ['cat', 'dog']) {
        mkdirSync(join(root, 'renamed', to, name));
        copyFileSync(join(root, from, name, '1.png'), join(root, 'renamed', to, name, '1.png'));
      }
    }
    expect(findImageFolder(join(root, 'renamed'))).toBe(join(root, 'renamed'));
    expect((await readImageFolder(join(root, 'renamed'))).train.count).toBe(2);
  });
  it('for a test need no training images; classes are those of the existing folder', async () => {
    await putSet();
    const whole = await readImageFolder(root);
    rmSync(join(root, 'train'), { recursive: true });
    for (const place of [root, join(root, 'test')])
      expect((await readImageFolderTest(place)).test).toEqual(whole.test);
    mkdirSync(join(root, 'train/ant'), { recursive: true });
    mkdirSync(join(root, 'train/cat'));
    mkdirSync(join(root, 'train/dog'));
    const { test } = await readImageFolderTest(root);
    expect(test.classes).toEqual(['ant', 'cat', 'dog']);
    expect([...test.labels]).toEqual([1, 2]);
    rmSync(join(root, 'test'), { recursive: true });
    await expect(readImageFolderTest(root)).rejects.toThrow(/looked in .*test/);
    await expect(readImageFolderTest(join(root, 'no'))).rejects.toThrow(/looked in/);
  });
});

describe('options', () => {
  it('give a height and a width', async () => {
    await putSet();
    const { train, test } = await readImageFolder(root, { imageSize: [3, 7] });
    for (const set of [train, test]) expect(set).toMatchObject({ height: 3, width: 7, channels: 1 });
    expect(train.images).toHaveLength(2 * 3 * 7);
  });
  it('convert grey images to colour and colour images to grey', async () => {
    await putSet();
    const { train } = await readImageFolder(root, { channels: 3 });
    expect(train.channels).toBe(3);
    expect([...train.images.subarray(0, 30 * 3)]).toEqual([...picture(6, 5, 1)].flatMap((b) => [b, b, b]));
    const coloured = join(root, 'coloured');
    for (const file of ['train/a/1.png', 'train/b/1.png', 'test/a/1.png'])
      await put(join('coloured', file), Buffer.alloc(12, 90), 2, 2, 3);
    expect([...(await readImageFolder(coloured, { channels: 1 })).train.images]).toEqual(
      new Array<number>(8).fill(90),
    );
  });
  it('that are invalid are refused', async () => {
    await putSet();
    for (const options of [{ imageSize: 0 }, { imageSize: 1.5 }, { imageSize: [4, -1] as const }])
      await expect(readImageFolder(root, options)).rejects.toBeInstanceOf(UsageError);
    await expect(readImageFolder(root, { channels: 2 as 1 })).rejects.toThrow(/1 \(grey\) or 3 \(colour\)/);
  });
});

it('with many files keep every file in order', async () => {
  for (let i = 0; i < 21; i++)
    await put(`train/${i % 2}/${String(i).padStart(2, '0')}.png`, Buffer.of(10 * i), 1, 1, 1);
  await gray('test/0/1.png');
  const { train } = await readImageFolder(root);
  const expected = [0, 1].flatMap((c) => Array.from({ length: 21 }, (_, i) => i).filter((i) => i % 2 === c));
  expect([...train.images]).toEqual(expected.map((i) => 10 * i));
  expect([...train.labels]).toEqual(expected.map((i) => i % 2));
});
