import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from './test-folder.ts';

const seen: string[] = [];
const fill = (folder: string): string => {
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'sub', 'file'), 'text');
  seen.push(folder);
  return folder;
};
let inDescribe = '';

describe('a folder', () => {
  const whole = fill(temporaryFolder());
  inDescribe = whole;
  let each = '';
  beforeEach(() => {
    each = fill(temporaryFolder());
  });

  it.each([1, 2])('exists in its test (%d)', () => {
    const own = fill(temporaryFolder());
    expect(new Set([whole, each, own]).size).toBe(3);
    expect([whole, each, own].every(existsSync)).toBe(true);
  });
});

it('is removed after its test, or after its part of the file', () => {
  expect(seen).toHaveLength(5);
  expect(existsSync(inDescribe)).toBe(false);
  expect(seen.filter(existsSync)).toEqual([]);
});

const ofFile = temporaryFolder();
afterAll(() => {
  expect(existsSync(ofFile)).toBe(true);
});
