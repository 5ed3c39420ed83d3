import { Command, InvalidArgumentError } from 'commander';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseSeeds, takePaths } from './flags.ts';

it('an empty path is refused by its flag or argument', () => {
  const parse = (...words: string[]): Command => {
    const command = new Command().argument('<run>').option('--output <file>').exitOverride();
    command.configureOutput({ writeErr: () => undefined });
    takePaths(command);
    return command.parse(words, { from: 'user' });
  };
  expect(() => parse('')).toThrow(/value '' is invalid for argument 'run'. expected a path/);
  expect(() => parse('a', '--output', '')).toThrow(
    /--output <file>' argument '' is invalid. expected a path/,
  );
  expect(parse('a', '--output', 'b').opts()).toEqual({ output: 'b' });
});

it('seeds are a number, a list, a range, or a list of both', () => {
  expect(parseSeeds('7')).toEqual([7]);
  expect(parseSeeds('1,2,5')).toEqual([1, 2, 5]);
  expect(parseSeeds('1..3,9')).toEqual([1, 2, 3, 9]);
  expect(parseSeeds('0..999')).toHaveLength(1000);
});

it.each(['', 'one', '1..', '3..1', '-1', '1.5', '1,,2', '1..1000000', '0..1000', '1..600,1..600'])(
  '%j is refused',
  (text) => {
    expect(() => parseSeeds(text)).toThrow(InvalidArgumentError);
  },
);

it('flags and arguments that take a path expand ~ separately', () => {
  const command = new Command()
    .argument('<run>')
    .argument('<images...>')
    .option('--data-dir <dir>')
    .option('--output <file>', 'x', 'kept~')
    .option('--name <name>');
  takePaths(command);
  command.parse(['~/run', '~/a.png', 'b~.png', '--data-dir=~/data', '--name', '~/x'], { from: 'user' });
  expect(command.processedArgs).toEqual([join(homedir(), 'run'), [join(homedir(), 'a.png'), 'b~.png']]);
  expect(command.opts()).toEqual({ dataDir: join(homedir(), 'data'), output: 'kept~', name: '~/x' });
});
