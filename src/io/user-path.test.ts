import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { absolutePath, expandHome } from './user-path.ts';

it('a leading tilde is the home folder, as in a shell; elsewhere it is an ordinary character', () => {
  expect(expandHome('~')).toBe(homedir());
  expect(expandHome('~/data/x')).toBe(join(homedir(), 'data', 'x'));
  for (const path of ['a~', 'a/~/b', '~user/x', './~', '', '/~']) expect(expandHome(path)).toBe(path);
});

it('a path resolves to the same place from every folder', () => {
  expect(absolutePath('data')).toBe(resolve('data'));
  expect(absolutePath('../x/')).toBe(resolve('../x'));
  expect(absolutePath('~/x')).toBe(join(homedir(), 'x'));
  expect(absolutePath('/x')).toBe('/x');
});
