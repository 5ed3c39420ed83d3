import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sha256OfFile } from './sha256.ts';
import { temporaryFolder } from '../test-folder.ts';

it('is the published digest of known texts, also for a file of many chunks', async () => {
  const root = temporaryFolder();
  const path = join(root, 'a');
  // FIPS 180-4, examples: "abc", the empty message, and one million times "a".
  for (const [text, digest] of [
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ] as const) {
    writeFileSync(path, text);
    expect(await sha256OfFile(path)).toBe(digest);
  }
});

it('of a missing file is refused', async () => {
  await expect(sha256OfFile('/nonexistent/file')).rejects.toThrow(/ENOENT/);
});
