/** `meanfield lab` as a user runs it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { meanfield } from './command.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const dir = temporaryFolder();

const small = ['--points', '20', '--depth', '3', '--particles', '4'];
interface Told {
  readonly numbers: Readonly<Record<string, number>>;
  readonly command: string;
  readonly engine: string;
  readonly state: { readonly tauRate: number; readonly csv: string };
  readonly parts: readonly { readonly part: string }[];
  readonly presets: readonly { readonly name: string; readonly state: { readonly view: string } }[];
}
const json = (text: string): Told => JSON.parse(text) as Told;

it('prints the numbers of a state in words, the key number marked, and nothing else on stdout', () => {
  const { code, stdout, stderr } = meanfield(['lab', ...small, '--engine', 'reference']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^loss \*\s+0\.\d+\s+E\(ρ\)/m);
  expect(stdout).toContain('accuracy');
  expect(stderr).toMatch(/^lab: The flow of the state through depth, reference engine, [\d.]+ s\n$/);
});

it('writes the picture, with the state, the command that redraws it, and all parts', () => {
  const file = join(dir, 'picture.json');
  const args = ['lab', '--view', 'descent', ...small, '--tau-rate', '0.5', '--output', file, '--json'];
  const { code, stdout } = meanfield(args);
  expect(code).toBe(0);
  const told = json(stdout);
  const written = json(readFileSync(file, 'utf8'));
  expect(written.numbers).toEqual(told.numbers);
  expect(written.engine).toBe('native');
  expect(written.parts.map(({ part }) => part)).toContain('along');
  expect(told.state.tauRate).toBe(0.5);
  expect(told.command).toBe(
    'npx meanfield lab --view descent --points 20 --depth 3 --particles 4 --tau-rate 0.5',
  );
  const again = meanfield([...told.command.split(' ').slice(2), '--json']);
  expect(json(again.stdout).numbers).toEqual(told.numbers);
});

it('the caption of a picture is a command line that works where it was drawn', () => {
  const file = join(dir, 'picture.svg');
  const { code, stdout } = meanfield(
    ['lab', '--view', 'flow', ...small, '--output', file, '--json'],
    {},
    dir,
  );
  expect(code).toBe(0);
  const { command } = json(stdout);
  expect(command).toMatch(/^node \S+meanfield\.js lab/);
  expect(readFileSync(file, 'utf8').replace(/<[^>]*>/g, '')).toContain(command);
});

it('lists the presets', () => {
  const { stdout } = meanfield(['lab', '--list']);
  expect(stdout).toMatch(/^local-is-global +descent +gap +Local = global/m);
  const { presets } = json(meanfield(['lab', '--list', '--json']).stdout);
  expect(presets.find(({ name }) => name === 'algorithm-1')?.state.view).toBe('algorithm');
});

it('prints the code of a preset with changed knobs', () => {
  const { stdout } = meanfield(['lab', '--preset', 'first-variation', '--seed', '8', '--code']);
  expect(stdout).toContain("import { makePoints } from 'meanfield/data';");
  expect(stdout).toContain('seed: 8');
});

it("takes the user's points from a file", () => {
  const file = join(dir, 'own.csv');
  writeFileSync(file, 'x1,x2,y\n0,0,1\n1,1,0\n0.5,-1,0.3\n');
  const run = (points: string): string =>
    meanfield(['lab', '--data', 'csv', '--csv', points, '--depth', '2', '--particles', '3', '--json']).stdout;
  expect(json(run(file)).state.csv).toContain('0.5,-1,0.3');
});

it('takes a table of another program: decimal commas, more columns, more points than a picture shows', () => {
  const file = join(dir, 'their table.csv');
  const lines = Array.from(
    { length: 5000 },
    (_, i) => `${i};${(i % 30) / 10};0,${i % 7};${i % 2 ? 'a' : 'b'};x`,
  );
  writeFileSync(file, `# of others\nid;size;weight;kind;note\n${lines.join('\n').replaceAll('.', ',')}\n`);
  const flags = [
    '--csv',
    file,
    '--columns',
    'size,weight,kind',
    '--depth',
    '2',
    '--particles',
    '3',
    '--json',
  ];
  const { code, stdout, stderr } = meanfield(['lab', ...flags, '--engine', 'reference']);
  expect(code).toBe(0);
  expect(stderr).toContain(`lab: 200 of the 5000 points of ${file} are used`);
  const told = json(stdout);
  expect(told.state.csv).toMatch(/^x1,x2,class\n[\d.]+,0(\.\d)?,[ab]\n/);
  expect(told.command).toContain(`--csv '${file}' `);
  expect(told.command).toContain('--columns size,weight,kind');
});

it.each([
  [['--points', '5000'], 'points must be a whole number from 4 to 1000'],
  [['--preset', 'algorithm1'], 'unknown preset "algorithm1": did you mean algorithm-1?'],
  [['--engine', 'fast'], '--engine: expected one of native, reference, got "fast"'],
  [['--view', 'flow', '--sed', '3'], '--seed'],
  [
    ['--data', 'csv', '--csv', '/nowhere/points.csv'],
    '--csv: cannot read /nowhere/points.csv: it does not exist',
  ],
  [['--data', 'csv'], 'data csv needs your own points'],
  [['--data', 'moons', '--csv', 'a.csv'], 'are two sets of points: give one'],
  [['--columns', 'a,b,c'], '--columns requires --csv FILE'],
  [['--csv', 'package.json'], 'package.json: own points'],
  [['--view', 'expansion', '--activation', 'relu'], 'relu is not smooth'],
  [['--view', 'training', '--points', '1000', '--depth', '200', '--particles', '1000'], 'fewer points'],
])('lab %s is refused in one line', (args, message) => {
  const { code, stdout, stderr } = meanfield(['lab', ...args]);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(
    stderr
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('(')),
  ).toHaveLength(1);
});
