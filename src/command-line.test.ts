import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commandLine, pathArgument, shellQuote } from './command-line.ts';

/** The words that a shell parses from a line. */
const wordsOf = (line: string): string[] =>
  execFileSync('sh', ['-c', `for word in ${line}; do printf '%s\\0' "$word"; done`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

it('words that need no quotes get none', () => {
  expect(shellQuote('runs/a-b_c.1')).toBe('runs/a-b_c.1');
});

it('a shell reads back any words unchanged', () => {
  const words = [
    'a b',
    "it's",
    '; rm -rf ~',
    '$HOME',
    '',
    '*',
    'line\nbreak',
    '"',
    "100 %\t\\n'",
    '~',
    '{a,b}',
    '-x',
  ];
  expect(wordsOf(commandLine(words))).toEqual(words);
  expect(commandLine(words)).not.toContain('\n');
});

it('a shell reads back random words', () => {
  const word = fc.string({
    maxLength: 12,
    unit: fc.constantFrom(...Array.from('ab \'"$`\\!*?[]{}()<>|&;#~%\n\té画')),
  });
  const words = fc.sample(word, { seed: 1, numRuns: 200 }).map((one) => one.replace(/\n+$/, ''));
  expect(wordsOf(commandLine(words))).toEqual(words);
});

it('a path that begins with a dash is not parsed as a flag', () => {
  expect(pathArgument('-x')).toBe('./-x');
  expect(pathArgument('runs/-x')).toBe('runs/-x');
});
