/** Classes match by name, in either Unicode spelling, and classes without images are reported. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { encodePng } from '../io/png.ts';
import { loadImages, loadTestSet } from './catalogue.ts';
import { matchClasses } from './fit.ts';
import { readImageFolder, readImageFolderTest } from './image-folder.ts';
import { temporaryFolder } from '../test-folder.ts';

const composed = 'caf\u00e9';
const decomposed = 'cafe\u0301';

let root = '';
beforeEach(() => {
  root = temporaryFolder();
});

function put(name: string, shade: number): void {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, encodePng(Uint8Array.of(shade, shade), { width: 2, height: 1, channels: 1 }));
}

describe('two Unicode spellings of a name', () => {
  it('are one class, sorted by the composed name', async () => {
    put(`train/${decomposed}/1.png`, 1);
    put('train/cafz/1.png', 2);
    put(`test/${composed}/1.png`, 3);
    put('test/cafz/1.png', 4);
    const { train, test } = await readImageFolder(root);
    expect(train.classes).toEqual(['cafz', composed]);
    expect(test.classes).toEqual(train.classes);
    expect([...train.labels]).toEqual([0, 1]);
    expect([...train.images]).toEqual([2, 2, 1, 1]);
    expect([...test.images]).toEqual([4, 4, 3, 3]);
    expect((await readImageFolderTest(root)).test).toEqual(test);
  });
  it('in one part are one class with the images of both', async () => {
    put(`train/${decomposed}/1.png`, 1);
    put(`train/${composed}/1.png`, 2);
    put('train/dog/1.png', 3);
    put(`test/${composed}/1.png`, 4);
    put('test/dog/1.png', 5);
    const { train } = await readImageFolder(root);
    expect(train.classes).toEqual([composed, 'dog']);
    expect([...train.labels]).toEqual([0, 0, 1]);
    expect([...train.images].filter((_, i) => i % 2 === 0).sort()).toEqual([1, 2, 3]);
  });
  it('are the same class of a net', async () => {
    put(`test/${composed}/1.png`, 1);
    put('test/ant/1.png', 2);
    const { test } = await readImageFolderTest(root);
    expect(test.classes).toEqual(['ant', composed]);
    const matched = matchClasses(test, [decomposed, 'ant'])!;
    expect([...matched.labels]).toEqual([1, 0]);
    expect(matched.classes).toEqual([decomposed, 'ant']);
    expect(matchClasses(test, ['cafe', 'ant'])).toBeUndefined();
  });
});

describe('a class without images', () => {
  it('in a part is named in a separate line', async () => {
    for (const name of ['ant', 'bee', 'fly', 'wasp']) put(`train/${name}/1.png`, 1);
    for (const name of ['ant', 'bee', 'fly']) put(`test/${name}/1.png`, 2);
    for (const name of ['ant', 'fly']) put(`val/${name}/1.png`, 3);
    expect((await loadImages('image-folder', { dataDir: root })).notes).toEqual([
      'the validation set has no images of the classes bee, wasp',
      'the test set has no images of the class wasp',
    ]);
    expect((await loadTestSet('image-folder', { dataDir: root })).notes).toEqual([
      'the test set has no images of the class wasp',
    ]);
  });
  it('is also named if its empty folder is allowed', async () => {
    for (const name of ['ant', 'bee']) put(`test/${name}/1.png`, 2);
    put('train/ant/1.png', 1);
    mkdirSync(join(root, 'train', 'bee'));
    const options = { dataDir: root, allowEmptyClasses: true };
    expect((await loadImages('image-folder', options)).notes).toEqual([
      'the training set has no images of the class bee',
    ]);
  });
  it('does not include a link back to an ancestor', async () => {
    for (const name of ['ant', 'bee']) for (const part of ['train', 'test']) put(`${part}/${name}/1.png`, 2);
    symlinkSync('.', join(root, 'train', 'again'));
    expect((await loadTestSet('image-folder', { dataDir: root })).test.classes).toEqual(['ant', 'bee']);
  });
});
