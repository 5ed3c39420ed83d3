import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { expect, it } from 'vitest';
import { DataError } from '../errors.ts';
import { sha256OfFile } from '../io/index.ts';
import { checkDataset } from './check.ts';
import { cifarLayouts } from './cifar.ts';
import { sources } from './sources.ts';

it('an archive that can be read, but is not the published one, is refused with both checksums', async () => {
  const root = mkdtempSync(join(tmpdir(), 'check-'));
  try {
    const archive = pack();
    const { train, test, folder, archive: name } = cifarLayouts.cifar100;
    for (const file of [...train, ...test])
      archive.entry({ name: `${folder}/${file}` }, Buffer.alloc(3074, 1));
    archive.finalize();
    const pieces: Uint8Array[] = [];
    for await (const piece of archive as AsyncIterable<Uint8Array>) pieces.push(piece);
    const path = join(root, name);
    writeFileSync(path, gzipSync(Buffer.concat(pieces)));
    const check = checkDataset('cifar100', root);
    await expect(check).rejects.toBeInstanceOf(DataError);
    await expect(check).rejects.toThrow(`${path} is readable but not the published archive`);
    await expect(check).rejects.toThrow(await sha256OfFile(path));
    await expect(check).rejects.toThrow(sources.cifar100!.sha256);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
