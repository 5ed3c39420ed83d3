/** Makes each call that changes the disk fail in turn: alone (an error), or with every call after it (a kill). */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type * as fileSystem from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FileError } from '../errors.ts';
import { recoverFolder, writeFileAtomic, writeFolderAtomic } from './atomic.ts';
import { temporaryFolder } from '../test-folder.ts';

const fault = vi.hoisted(() => {
  const state = { at: Infinity, kill: false, calls: 0 };
  return {
    state,
    /** Whether this call fails. */
    strikes: (): boolean => {
      state.calls++;
      return state.kill ? state.calls >= state.at : state.calls === state.at;
    },
    error: (): Error => Object.assign(new Error('ENOSPC: raw words'), { code: 'ENOSPC' }),
  };
});

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fileSystem>();
  const failing = <A extends unknown[], R>(call: (...args: A) => R): ((...args: A) => R) => {
    return (...args) => {
      if (fault.strikes()) throw fault.error();
      return call(...args);
    };
  };
  return {
    ...real,
    openSync: failing(real.openSync),
    mkdirSync: failing(real.mkdirSync),
    renameSync: failing(real.renameSync),
    rmSync: failing(real.rmSync),
    fsyncSync: failing(real.fsyncSync),
    // A failing write has written half of its bytes.
    writeSync: (file: number, bytes: Uint8Array, at: number): number => {
      const half = Math.max(1, (bytes.byteLength - at) >> 1);
      const written = real.writeSync(file, bytes, at, half);
      if (fault.strikes()) throw fault.error();
      return written;
    },
  };
});

function strike(at: number, kill: boolean): void {
  Object.assign(fault.state, { at, kill, calls: 0 });
}
const calm = (): void => {
  strike(Infinity, false);
};

let root: string;
beforeEach(() => {
  calm();
  root = temporaryFolder();
});
afterEach(() => {
  calm();
});

/** Empties the root. */
function clear(): void {
  for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true });
}

/** Writes with a fault at each call in turn, until no call is left to fail. @returns the number of calls */
function everyFault(kill: boolean, prepare: () => void, write: () => void, look: () => void): number {
  for (let at = 1; ; at++) {
    calm();
    clear();
    prepare();
    strike(at, kill);
    let failed: unknown;
    try {
      write();
    } catch (error) {
      failed = error;
    }
    const reached = fault.state.calls >= at;
    calm();
    if (!reached) {
      expect(failed).toBeUndefined();
      return at - 1;
    }
    if (failed) {
      expect(failed).toBeInstanceOf(FileError);
      expect((failed as Error).message).toMatch(/^cannot write .*: no space left on the device; .*resume$/);
    }
    look();
  }
}

const text = (name: string): string | undefined =>
  existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : undefined;
const folderText = (): string | undefined =>
  existsSync(join(root, 'last'))
    ? readdirSync(join(root, 'last'))
        .sort()
        .map((name) => `${name}=${readFileSync(join(root, 'last', name), 'utf8')}`)
        .join()
    : undefined;
const files = (...entries: [string, string][]): Map<string, string[]> =>
  new Map(entries.map(([name, content]) => [name, [content]]));

const before = files(['x', 'old x'], ['y', 'old y']);
const after = files(['x', 'new x'], ['z', 'new z']);
const [oldFolder, newFolder] = ['x=old x,y=old y', 'x=new x,z=new z'];

it('a file whose write fails anywhere is the old or the new one, and leaves no temporary files', () => {
  const calls = everyFault(
    false,
    () => {
      writeFileAtomic(join(root, 'a'), 'the old one');
    },
    () => {
      writeFileAtomic(join(root, 'a'), ['the new', ' one']);
    },
    () => {
      expect(['the old one', 'the new one']).toContain(text('a'));
      expect(readdirSync(root)).toEqual(['a']);
    },
  );
  expect(calls).toBeGreaterThan(5);
});

it('a file whose writer is killed anywhere is the old or the new one', () => {
  const seen = new Set<string | undefined>();
  everyFault(
    true,
    () => {
      writeFileAtomic(join(root, 'a'), 'the old one');
    },
    () => {
      writeFileAtomic(join(root, 'a'), ['the new', ' one']);
    },
    () => {
      expect(['the old one', 'the new one']).toContain(text('a'));
      seen.add(text('a'));
      recoverFolder(join(root, 'a'));
      expect(readdirSync(root)).toEqual(['a']);
    },
  );
  expect(seen.size).toBe(2);
});

it('a folder whose write fails anywhere is still complete, the old or the new one', () => {
  const seen = new Set<string | undefined>();
  const calls = everyFault(
    false,
    () => {
      writeFolderAtomic(join(root, 'last'), before);
    },
    () => {
      writeFolderAtomic(join(root, 'last'), after);
    },
    () => {
      expect([oldFolder, newFolder]).toContain(folderText());
      seen.add(folderText());
      recoverFolder(join(root, 'last'));
      expect([oldFolder, newFolder]).toContain(folderText());
      expect(readdirSync(root)).toEqual(['last']);
    },
  );
  expect(calls).toBeGreaterThan(10);
  expect(seen.size).toBe(2);
});

it('a folder whose writer is killed anywhere is recovered as the old or the new one', () => {
  const seen = new Set<string | undefined>();
  everyFault(
    true,
    () => {
      writeFolderAtomic(join(root, 'last'), before);
    },
    () => {
      writeFolderAtomic(join(root, 'last'), after);
    },
    () => {
      recoverFolder(join(root, 'last'));
      expect([oldFolder, newFolder]).toContain(folderText());
      seen.add(folderText());
      expect(readdirSync(root)).toEqual(['last']);
    },
  );
  expect(seen.size).toBe(2);
});

it('a first folder whose writer is killed anywhere is recovered complete or absent', () => {
  const seen = new Set<string | undefined>();
  everyFault(
    true,
    () => undefined,
    () => {
      writeFolderAtomic(join(root, 'last'), after);
    },
    () => {
      recoverFolder(join(root, 'last'));
      expect([undefined, newFolder]).toContain(folderText());
      seen.add(folderText());
      expect(readdirSync(root)).toEqual(folderText() === undefined ? [] : ['last']);
    },
  );
  expect(seen.size).toBe(2);
});

it('a recovery that is killed anywhere can be repeated', () => {
  everyFault(
    true,
    () => {
      writeFolderAtomic(join(root, '.last.old'), before);
      writeFolderAtomic(join(root, '.last.new'), after);
    },
    () => {
      recoverFolder(join(root, 'last'));
    },
    () => {
      recoverFolder(join(root, 'last'));
      expect(folderText()).toBe(newFolder);
      expect(readdirSync(root)).toEqual(['last']);
    },
  );
});
