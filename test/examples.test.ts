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

const blocksOf = (page: string): string[] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code ?? '');
const blocks = blocksOf('README.md');

it.each([
  ['trains', 0, /layer3/],
  ['frees what it makes', 1, /^0 1 0\n$/],
  ['saves and loads', 2, /Tensor\(f64\[4, 8, 7\] on cpu\)[\s\S]*loss: 0.30000000000000004, done: false/],
])("the README's TypeScript %s", (_, place, found) => {
  expect(blocks).toHaveLength(3);
  expect(runSource(blocks[place] ?? '')).toMatch(found);
});

it.each([
  ['first-flow', /E\(rho\) 0\.3459\d*[\s\S]*E after 200 steps 0\.0415\d*[\s\S]*truth Tensor/],
  ['own-flow', /G of three blocks \[ [\s\S]*E 1\.25\d* to 0\.329\d* accuracy 0\.88[\s\S]*E 1\.5\d* to 0\.3/],
])('the tutorial %s prints what it says', (name, found) => {
  expect(runSource(blocksOf(`docs/tutorials/${name}.md`).join('\n'))).toMatch(found);
});
