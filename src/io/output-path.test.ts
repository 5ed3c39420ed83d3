import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { FileError } from '../errors.ts';
import { writeFolderAtomic } from './atomic.ts';
import { checkOutputFile, makeFolder } from './output-path.ts';
import { temporaryFolder } from '../test-folder.ts';

let dir = '';
beforeEach(() => {
  dir = temporaryFolder();
});

const refusalOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(FileError);
    return (error as Error).message;
  }
  return 'no error';
};

it('a folder is created with its parents, and may exist', () => {
  makeFolder(join(dir, 'a', 'b'), { mode: 0o700 });
  makeFolder(join(dir, 'a', 'b'));
  makeFolder(join(dir, 'a', 'c', '..', 'd'));
  expect(readdirSync(join(dir, 'a'))).toEqual(['b', 'd']);
  expect(statSync(join(dir, 'a', 'b')).mode & 0o777).toBe(0o700);
});

it('a link to a folder is a folder', () => {
  mkdirSync(join(dir, 'real'));
  symlinkSync('real', join(dir, 'link'));
  makeFolder(join(dir, 'link', 'below'));
  expect(readdirSync(join(dir, 'real'))).toEqual(['below']);
});

it('the error for a folder that cannot be created is one line with the reason and the remedy', () => {
  writeFileSync(join(dir, 'file'), '');
  symlinkSync('nowhere', join(dir, 'dangling'));
  symlinkSync('ring', join(dir, 'ring'));
  const reasons: Record<string, string> = {
    file: 'it is a file, not a folder',
    'file/below': `${dir}/file is a file, not a folder`,
    'file/below/deeper': `${dir}/file is a file, not a folder`,
    dangling: `${dir}/dangling is a link that leads nowhere`,
    'dangling/below': `${dir}/dangling is a link that leads nowhere`,
    'ring/below': 'its links form a loop',
    [`${'n'.repeat(300)}/below`]: 'the name is too long',
  };
  for (const [name, reason] of Object.entries(reasons))
    expect(
      refusalOf(() => {
        makeFolder(join(dir, name));
      }),
    ).toBe(`cannot write to ${join(dir, name)}: ${reason}; choose another folder`);
  expect(
    refusalOf(() => {
      makeFolder('');
    }),
  ).toBe('expected a folder to write to, got an empty name');
});

// Node's own `recursive` never returns here.
it.runIf(existsSync('/proc/self'))(
  'every function that creates a folder reports a path that cannot hold folders',
  () => {
    const refused =
      /^cannot write to \/proc\/meanfield.*: \/proc cannot hold folders; choose another folder$/;
    expect(
      refusalOf(() => {
        makeFolder('/proc/meanfield');
      }),
    ).toMatch(refused);
    expect(
      refusalOf(() => {
        makeFolder('/proc/meanfield/a/b');
      }),
    ).toMatch(refused);
    expect(
      refusalOf(() => {
        writeFolderAtomic('/proc/last', new Map());
      }),
    ).toMatch(/\/proc cannot hold folders/);
  },
);

it('a file whose folder is missing, or that is a folder, is refused', () => {
  mkdirSync(join(dir, 'folder'));
  expect(
    refusalOf(() => {
      checkOutputFile(join(dir, 'a', 'b'));
    }),
  ).toBe(`cannot write ${dir}/a/b: there is no folder ${dir}/a`);
  expect(
    refusalOf(() => {
      checkOutputFile(join(dir, 'folder'));
    }),
  ).toBe(`cannot write ${dir}/folder: it is a folder; give a file`);
});
