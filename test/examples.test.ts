/** Every example runs and prints what it promises. The examples import the package by its name, as a user does. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runSource } from './run-source.ts';

const root = join(import.meta.dirname, '..');
const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.ts'));

interface Ran {
  readonly text: string;
  /** Tensors that are alive after it. */
  readonly left: number;
}
const ran = new Map<string, Ran>();
const count = `
import { liveTensorCount } from 'meanfield/tensor';
process.stdout.write('left ' + liveTensorCount());`;

/** The example runs once. */
function run(name: string): Ran {
  const known = ran.get(name);
  if (known) return known;
  const [text = '', left] = runSource(readFileSync(join(root, 'examples', name), 'utf8') + count).split(
    /left (?=\d+$)/,
  );
  const result = { text, left: Number(left) };
  ran.set(name, result);
  return result;
}
const printed = (name: string): string => run(name).text;

it.each(examples)('examples/%s runs', (name) => {
  expect(printed(name).trim()).not.toBe('');
});

it.each(examples.filter((name) => name !== 'train-step.ts'))('examples/%s frees all its tensors', (name) => {
  expect(run(name).left).toBe(0);
});

it('the train-step example trains: its last loss is below its first', () => {
  const [line = ''] = printed('train-step.ts').split('\n');
  const losses = line.split(' ').slice(1).map(Number);
  expect(losses).toHaveLength(20);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
});

it('the sweep example finds order -1 in the depth at every width', () => {
  const text = printed('sweep-depth.ts');
  const slopes = [...text.matchAll(/L\^(-?[\d.]+)/g)].map(([, slope]) => Number(slope));
  expect(slopes).toHaveLength(2);
  for (const slope of slopes) expect(Math.abs(slope + 1)).toBeLessThan(0.05);
});

it("the own-family example's loss falls", () => {
  const text = printed('own-family.ts');
  const [before, after] = [/^E ([\d.]+)/.exec(text), /gradient flow: ([\d.]+)/.exec(text)];
  expect(Number(after?.[1])).toBeLessThan(Number(before?.[1]));
});

it('the other examples find what they show', () => {
  const numbers = (text: string, pattern: RegExp): number[] =>
    [...text.matchAll(pattern)].map(([, number]) => Number(number));
  const [trained = NaN, kernel = NaN] = numbers(
    printed('features-or-kernel.ts'),
    /(?:trained|kernel) ([\d.]+)(?=,|\n)/g,
  );
  expect(trained).toBeLessThan(kernel / 2);
  const left = numbers(printed('ensemble.ts'), /leave (\S+)/g);
  expect(left).toHaveLength(7);
  expect(left.at(-1)).toBeLessThan(1e-3 * left[0]!);
  const descent = printed('descent-direction.ts');
  const [[start = NaN, still = NaN], [free = NaN]] = [
    [...numbers(descent, /^E ([\d.]+)/g), ...numbers(descent, /of the flow ([\d.]+)/g)],
    numbers(descent, /flow from there: ([\d.]+)/g),
  ];
  expect(still).toBe(start);
  expect(free).toBeLessThan(start / 3);
  const errors = numbers(printed('measures.ts'), /ODE ([\d.]+)/g);
  expect(errors).toHaveLength(3);
  expect(errors[0]! / errors[2]!).toBeGreaterThan(3);
});
