/** The commands in blocks of a shell, and why some are not run. */

/** Words of a line as a shell splits them, without comments and redirections. */
export function wordsOf(line: string): string[] {
  const words = line.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  const end = words.findIndex((word) => /^(#|>|\||&&?$)/.test(word));
  return words.slice(0, end < 0 ? undefined : end).map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
}

/** Lines of a block, with continuation lines joined, without comments. */
export const linesOf = (code: string): string[] =>
  code
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

/** The words after `meanfield`; undefined for another program. */
export function meanfieldWords(line: string): string[] | undefined {
  const words = wordsOf(line.replace(/^\$ /, ''));
  const start = words[0] === 'npx' ? 1 : 0;
  return words[start] === 'meanfield' ? words.slice(start + 1) : undefined;
}

/** Commands that are parsed and not run. The first pattern that fits says why. */
export const notRun: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^setup|^doctor/, 'changes or examines the machine: test/engine, scripts/fresh-machine'],
  [/^data fetch/, 'needs a network: src/data/fetch.test.ts'],
  [/^studio(?!.*--export)/, 'serves until it is stopped: test/studio'],
  [/^train|^demo/, 'trains for minutes; its settings are resolved with --dry-run'],
  [/^reproduce/, 'trains for minutes: test/experiment/grid.test.ts'],
  [/^verify/, 'takes seconds to minutes: test/command/verify.test.ts'],
  [/^analyse/, 'takes seconds: src/experiment/analyse'],
  [/resnet20\.th/, 'needs a published weight file: test/command/weights.test.ts'],
  [/^compare/, 'needs the runs of a grid: src/experiment/compare/compare.test.ts'],
];
export const reasonNotToRun = (words: readonly string[]): string | undefined =>
  notRun.find(([pattern]) => pattern.test(words.join(' ')))?.[1];
