import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { expect, it } from 'vitest';
import { DataError } from '../errors.ts';
import { sha256OfFile } from '../io/index.ts';
import { checkDataset } from './check.ts';
import { cifarLayouts } from './cifar-layouts.ts';
import { sources } from './sources.ts';
import { temporaryFolder } from '../test-folder.ts';

it('a readable archive that is not the published one is refused with both checksums', async () => {
  const root = temporaryFolder();
  const archive = pack();
  const { train, test, folder, archive: name } = cifarLayouts.cifar100.binary;
  for (const file of [...train, ...test]) archive.entry({ name: `${folder}/${file}` }, Buffer.alloc(3074, 1));
  archive.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of archive as AsyncIterable<Uint8Array>) pieces.push(piece);
  const path = join(root, name);
  writeFileSync(path, gzipSync(Buffer.concat(pieces)));
  const check = checkDataset('cifar100', root);
  await expect(check).rejects.toBeInstanceOf(DataError);
  await expect(check).rejects.toThrow(`${path} is readable but not the published archive`);
  await expect(check).rejects.toThrow(await sha256OfFile(path));
  await expect(check).rejects.toThrow(sources.cifar100!.files[0]!.sha256);
});

it('IDX files that are packed differently from the published ones are valid, and reported', async () => {
  const root = temporaryFolder();
  for (const part of ['train', 't10k']) {
    const images = Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6]);
    writeFileSync(join(root, `${part}-images-idx3-ubyte.gz`), gzipSync(images));
    const labels = Buffer.from([0, 0, 8, 1, 0, 0, 0, 2, 3, 9]);
    writeFileSync(join(root, `${part}-labels-idx1-ubyte.gz`), gzipSync(labels));
  }
  const facts = await checkDataset('mnist', root);
  expect(facts).toMatchObject({ train: 2, test: 2, where: root });
  expect(facts.perClass).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
  expect(facts.checksum).toBe(
    'train-images-idx3-ubyte.gz is packed differently from the published archive, so its SHA-256 cannot be compared',
  );
  expect((await checkDataset('idx', root)).checksum).toBeUndefined();
});
