import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { absolutePath, expandHome } from './user-path.ts';

it('a tilde in front is the home folder, as a shell has it; one elsewhere is a letter', () => {
  expect(expandHome('~')).toBe(homedir());
  expect(expandHome('~/data/x')).toBe(join(homedir(), 'data', 'x'));
  for (const path of ['a~', 'a/~/b', '~user/x', './~', '', '/~']) expect(expandHome(path)).toBe(path);
});

it('a path is the same place from every folder', () => {
  expect(absolutePath('data')).toBe(resolve('data'));
  expect(absolutePath('../x/')).toBe(resolve('../x'));
  expect(absolutePath('~/x')).toBe(join(homedir(), 'x'));
  expect(absolutePath('/x')).toBe('/x');
});
