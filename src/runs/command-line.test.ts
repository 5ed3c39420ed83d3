import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { commandLine, shellQuote } from './command-line.ts';

it('words that need no quotes have none', () => {
  expect(shellQuote('runs/a-b_c.1')).toBe('runs/a-b_c.1');
});

it('a shell reads the same words back, whatever is in them', () => {
  const words = ['a b', "it's", '; rm -rf ~', '$HOME', '', '*', 'line\nbreak', '"'];
  const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${commandLine(words)}`], { encoding: 'utf8' });
  expect(printed.split('\0').slice(0, -1)).toEqual(words);
});
