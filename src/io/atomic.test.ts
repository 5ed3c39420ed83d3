import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { exitCodes, FileError } from '../errors.ts';
import { recoverFolder, writeError, writeFileAtomic, writeFolderAtomic } from './atomic.ts';
import { temporaryFolder } from '../test-folder.ts';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

/** Root ignores permissions; some builds of Node (io_uring) cannot change the effective user. */
const canBeOrdinary = ((): boolean => {
  if (process.geteuid?.() !== 0) return true;
  try {
    process.seteuid?.(65534);
    process.seteuid?.(0);
    return true;
  } catch {
    return false;
  }
})();
const whereRightsApply = it.skipIf(!canBeOrdinary);

/** Runs as a user subject to permissions. */
function asOrdinaryUser(body: () => void): void {
  if (process.geteuid?.() !== 0) {
    body();
    return;
  }
  process.seteuid?.(65534);
  try {
    body();
  } finally {
    process.seteuid?.(0);
  }
}

function failure(body: () => void): FileError {
  try {
    body();
  } catch (error) {
    expect(error).toBeInstanceOf(FileError);
    return error as FileError;
  }
  throw new Error('nothing was thrown');
}

const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );

function makeFolder(name: string, files: Record<string, string>): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

describe('a file', () => {
  it('is written from text, bytes or a mix of both', () => {
    const path = join(root, 'a');
    writeFileAtomic(path, 'grüße');
    expect(readFileSync(path, 'utf8')).toBe('grüße');
    writeFileAtomic(path, Uint8Array.of(1, 0, 255));
    expect([...readFileSync(path)]).toEqual([1, 0, 255]);
    writeFileAtomic(path, ['x', Uint8Array.of(), Uint8Array.of(121), '', 'z']);
    expect(readFileSync(path, 'utf8')).toBe('xyz');
    writeFileAtomic(path, '');
    expect(readFileSync(path)).toHaveLength(0);
  });
  it('leaves no temporary files', () => {
    writeFileAtomic(join(root, 'a'), 'one');
    writeFileAtomic(join(root, 'a'), 'two');
    expect(contents(root)).toEqual({ a: 'two' });
  });
  it('in a missing folder is refused in one line with the reason', () => {
    const path = join(root, 'missing', 'a');
    const error = failure(() => {
      writeFileAtomic(path, 'x');
    });
    expect(error.message).toBe(`cannot write ${path}: no such folder; nothing saved before was lost`);
    expect(error.exitCode).toBe(exitCodes.failed);
  });
  it('below a file is refused in one line with the reason', () => {
    writeFileSync(join(root, 'file'), 'old');
    const path = join(root, 'file', 'a');
    const error = failure(() => {
      writeFileAtomic(path, 'x');
    });
    expect(error.message).toBe(
      `cannot write ${path}: a part of the path is not a folder; nothing saved before was lost`,
    );
    expect(contents(root)).toEqual({ file: 'old' });
  });
  it('with the name of a folder is refused, and the folder stays', () => {
    makeFolder('a', { inside: 'old' });
    const error = failure(() => {
      writeFileAtomic(join(root, 'a'), 'x');
    });
    expect(error.message).toMatch(/cannot write .*a: it is a folder/);
    expect(readdirSync(root)).toEqual(['a']);
    expect(contents(join(root, 'a'))).toEqual({ inside: 'old' });
  });
  whereRightsApply('without permission is refused with the reason, and the old file stays', () => {
    writeFileSync(join(root, 'a'), 'old');
    chmodSync(root, 0o555);
    const error = failure(() => {
      asOrdinaryUser(() => {
        writeFileAtomic(join(root, 'a'), 'new');
      });
    });
    chmodSync(root, 0o755);
    expect(error.message).toMatch(/cannot write .*a: permission denied; nothing saved before was lost$/);
    expect(contents(root)).toEqual({ a: 'old' });
  });
});

describe('a failed write', () => {
  const coded = (code: string): Error => Object.assign(new Error(`${code}: raw words`), { code });

  it.each([
    ['ENOSPC', /no space left on the device; .*: free some space, then resume$/],
    ['EDQUOT', /the disk quota is used up; .*: free some space, then resume$/],
    ['EACCES', /permission denied; nothing saved before was lost$/],
    ['EROFS', /the file system is read-only; nothing saved before was lost$/],
  ])('with %s is reported in words', (code, words) => {
    expect(writeError('/x/y', coded(code)).message).toMatch(words);
    expect(writeError('/x/y', coded(code)).message).not.toMatch(/raw words/);
  });
  it('with an unknown reason keeps its own message, and its cause', () => {
    const cause = coded('EIO');
    expect(writeError('/x/y', cause).message).toMatch(/EIO: raw words/);
    expect(writeError('/x/y', cause).cause).toBe(cause);
    expect(writeError('/x/y', 'words alone').message).toMatch(/words alone/);
  });
  it('that was already reported is not wrapped twice', () => {
    const told = new FileError('told');
    expect(writeError('/x/y', told)).toBe(told);
  });
});

describe('a folder', () => {
  const one = new Map([
    ['x', ['1']],
    ['y', ['1']],
  ]);
  const two = new Map([
    ['x', ['2']],
    ['z', ['2', Uint8Array.of(50)]],
  ]);

  it('is replaced as a whole: files of the old one are gone', () => {
    const path = join(root, 'deep', 'last');
    writeFolderAtomic(path, one);
    expect(contents(path)).toEqual({ x: '1', y: '1' });
    writeFolderAtomic(path, two);
    expect(contents(path)).toEqual({ x: '2', z: '22' });
    expect(readdirSync(join(root, 'deep'))).toEqual(['last']);
  });
  it('that cannot be written leaves the old one and no temporary files', () => {
    const path = join(root, 'last');
    writeFolderAtomic(path, one);
    const error = failure(() => {
      writeFolderAtomic(path, new Map([...two, ['no/such', ['x']]]));
    });
    expect(error.message).toMatch(/cannot write .*last: no such folder/);
    expect(readdirSync(root)).toEqual(['last']);
    expect(contents(path)).toEqual({ x: '1', y: '1' });
  });
  it('that cannot be written the first time leaves nothing', () => {
    expect(() => {
      writeFolderAtomic(join(root, 'last'), new Map([...two, ['no/such', ['x']]]));
    }).toThrow(FileError);
    expect(readdirSync(root)).toEqual([]);
  });
  it('below a file is refused with the reason', () => {
    writeFileSync(join(root, 'file'), 'old');
    const error = failure(() => {
      writeFolderAtomic(join(root, 'file', 'last'), one);
    });
    expect(error.message).toMatch(/a part of the path is not a folder/);
    expect(contents(root)).toEqual({ file: 'old' });
  });
  it('can be written over the leftovers of a killed process', () => {
    makeFolder('.last.new', { x: 'half' });
    makeFolder('.last.old', { x: 'old' });
    makeFolder('last', { x: '1' });
    writeFolderAtomic(join(root, 'last'), two);
    expect(readdirSync(root)).toEqual(['last']);
    expect(contents(join(root, 'last'))).toEqual({ x: '2', z: '22' });
  });
});

describe('after a kill', () => {
  const [old, complete, half] = [{ x: 'old', y: 'old' }, { x: 'new', z: 'new' }, { x: 'ne' }];

  const windows: [string, Record<string, Record<string, string>>, Record<string, string> | undefined][] = [
    ['before anything was written', {}, undefined],
    ['with nothing to mend', { last: old }, old],
    ['while the first new one was written', { '.last.new': half }, undefined],
    ['while a later new one was written', { last: old, '.last.new': half }, old],
    ['when the new one was complete, not in place', { last: old, '.last.new': complete }, old],
    ['between the two renamings', { '.last.old': old, '.last.new': complete }, complete],
    ['before the old one was removed', { last: complete, '.last.old': old }, complete],
    ['while the old one was removed', { last: complete, '.last.old': { y: 'old' } }, complete],
    ['when the old one was put aside alone', { '.last.old': old }, old],
    ['with leftovers of two writers', { last: complete, '.last.old': old, '.last.new': half }, complete],
  ];
  it.each(windows)(
    '%s, the folder is complete or absent, and no temporary files remain',
    (_, folders, expected) => {
      for (const [name, files] of Object.entries(folders)) makeFolder(name, files);
      const path = join(root, 'last');
      recoverFolder(path);
      expect(readdirSync(root)).toEqual(expected ? ['last'] : []);
      if (expected) expect(contents(path)).toEqual(expected);
      recoverFolder(path);
      expect(existsSync(path)).toBe(expected !== undefined);
    },
  );

  it('half-written files are removed, files with other names stay', () => {
    writeFileSync(join(root, 'a'), 'old');
    for (const name of ['.a.new-123', '.ab.new-123', '.b.new-123', 'a.new-123'])
      writeFileSync(join(root, name), 'half');
    recoverFolder(join(root, 'a'));
    expect(readdirSync(root).sort()).toEqual(['.ab.new-123', '.b.new-123', 'a', 'a.new-123']);
  });
  it('a folder that was never written needs no recovery', () => {
    recoverFolder(join(root, 'never', 'last'));
    expect(readdirSync(root)).toEqual([]);
  });
  whereRightsApply('a leftover that cannot be removed is reported', () => {
    makeFolder('last', old);
    makeFolder('.last.old', old);
    chmodSync(root, 0o555);
    const error = failure(() => {
      asOrdinaryUser(() => {
        recoverFolder(join(root, 'last'));
      });
    });
    chmodSync(root, 0o755);
    expect(error.message).toMatch(/last: permission denied/);
  });
});
