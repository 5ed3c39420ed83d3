import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { exitCodes, UsageError } from '../errors.ts';
import { commandLine, resolveConfig } from '../train/index.ts';
import { configKeys } from '../train/settings/table.ts';
import { type FileSettings, readFileSettings } from './settings-file.ts';
import { temporaryFolder } from '../test-folder.ts';

const root = temporaryFolder();
let file = '';
beforeAll(() => {
  file = join(root, 'x.yaml');
});

const read = (text: string): FileSettings => {
  writeFileSync(file, text);
  return readFileSettings(file);
};
/** The one-line error for a file, from parsing or from resolving the configuration. */
const refusal = (text: string): string => {
  try {
    const { training, placeOf } = read(text);
    resolveConfig(training, placeOf);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).exitCode).toBe(exitCodes.usage);
    const { message } = error as Error;
    expect(message).not.toContain('\n');
    return message.replaceAll(file, 'x.yaml');
  }
  return 'taken';
};

it('null, and nothing after the colon, are absent', () => {
  expect(read('clip-grad: null\nlr: ~\nwidth:\nepochs: 3\n').training).toEqual({ epochs: 3 });
  expect(read('').training).toEqual({});
  expect(read('# nothing\n').training).toEqual({});
});

it('every flag is a key of the file, including the no- flags', () => {
  expect(read('no-flip: true\nno-reorder: true\nno-nesterov: false\n').training).toEqual({
    flip: false,
    reorder: false,
    nesterov: true,
  });
  const { command, training } = read(
    'output: ~/runs\nname: 2026\nno-report: true\nquiet: true\njson: false\nbatch-size: 64\n',
  );
  expect(command).toEqual({
    output: join(homedir(), 'runs'),
    name: '2026',
    report: false,
    quiet: true,
    json: false,
  });
  expect(training).toEqual({ batchSize: 64 });
});

it('lists are written as in YAML, or as for the flag', () => {
  for (const text of ['mean: [0.5, 0.4]', 'mean: 0.5,0.4', 'mean:\n  - 0.5\n  - 0.4'])
    expect(resolveConfig(read(text).training).mean).toEqual([0.5, 0.4]);
  expect(resolveConfig(read('sched: step\ndecay-milestones: 5').training).decayMilestones).toEqual([5]);
});

it('a path with ~ is in the home folder', () => {
  expect(resolveConfig(read('data-dir: ~/data').training).dataDir).toBe(join(homedir(), 'data'));
});

describe('errors are reported with file and line', () => {
  it.each([
    ['epochs: 3\nlr: [1\nwidth: 2\n', 'x.yaml:3: not YAML: '],
    ['a: b: c\n', 'x.yaml:1: not YAML: '],
    ['epochs: 3\nepochs: 4\n', 'x.yaml:2: not YAML: Map keys must be unique'],
    ['epochs: 3\n---\nepochs: 4\n', 'not YAML: '],
    ['a: &a [*a]\n', 'x.yaml:1'],
    ['epochs: *there\n', 'x.yaml:1: not YAML: '],
    ['- epochs\n', 'x.yaml:1: expected settings'],
    ['\n\njust words\n', 'x.yaml:3: expected settings'],
    ['# one\nepochs: -1\n', 'x.yaml:2: expected an integer >= 1 for epochs, got -1'],
    ['epochs: "3"\n', 'x.yaml:1: expected an integer >= 1 for epochs, got "3"'],
    ['epochs: {a: 1}\n', 'x.yaml:1: expected an integer >= 1 for epochs, got {"a":1}'],
    ['lr: 0.1\nscheme: meanfield\n', 'x.yaml:2: unknown scheme "meanfield": did you mean mean-field?'],
    ['lr: 0.1\nepoch: 3\n', 'x.yaml:2: unknown setting epoch: did you mean epochs?'],
    ['lr: 0.1\n\nmin-lr: 0\n', 'x.yaml:3: min-lr belongs to sched cosine, not one-cycle'],
    ['scheme: vanilla\nno-reorder: true\n', 'x.yaml:2: no-reorder belongs to scheme mean-field, not vanilla'],
    ['model: resnet21\n', 'x.yaml:1: model: '],
    ['flip: true\nno-flip: true\n', 'x.yaml:2: no-flip is set twice; the first time is x.yaml:1'],
    ['batch-size: 4\nbatchSize: 5\n', 'x.yaml:2: batchSize is set twice'],
    ['no-flip: 3\n', 'x.yaml:1: expected true or false for no-flip, got 3'],
    ['no-amp: true\n', 'x.yaml:1: unknown setting no-amp'],
    ['name: [x]\n', 'x.yaml:1: expected a string for name'],
    ['quiet: 1\n', 'x.yaml:1: expected true or false for quiet'],
    ['resume: runs/x\n', 'x.yaml:1: resume can only be given on the command line'],
    ['sched: cosine\nwarmup-epochs: 20\n', 'x.yaml:2: warmup-epochs 20 covers all'],
    ['1: 2\n', 'x.yaml:1: unknown setting 1'],
    ['? [a]\n: 2\n', 'x.yaml:1: expected the name of a setting'],
  ])('%j', (text, message) => {
    expect(refusal(text)).toContain(message);
  });

  it('a missing file and a folder in its place are refused', () => {
    expect(() => readFileSettings(join(root, 'no.yaml'))).toThrow(
      `the settings file ${join(root, 'no.yaml')} cannot be read: no such file`,
    );
    expect(() => readFileSettings(root)).toThrow('it is a folder');
  });

  it('whatever the file contains', () => {
    const line = fc.tuple(
      fc.oneof(
        fc.constantFrom(...configKeys, 'lr', 'no-flip', 'name', '__proto__', '<<', '!!set x'),
        fc.string(),
      ),
      fc.oneof(
        fc.constantFrom('1', '-1', 'true', '[', '&a', '*a', '!!binary x', '>', '{a: 1}', '.nan'),
        fc.string(),
      ),
    );
    const text = fc.array(line).map((lines) => lines.map(([key, value]) => `${key}: ${value}`).join('\n'));
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (one) => {
        refusal(one);
      }),
      { numRuns: 120 },
    );
  });
});

it('the record of a run configures another one, even that of an earlier version, which names every setting', () => {
  const run = join(root, 'run');
  mkdirSync(run);
  const record = join(run, 'config.yaml');
  writeFileSync(record, 'epochs: 3\nsched: one-cycle\nmin-lr: 0\nscheme: vanilla\nreorder: true\n');
  expect(() => resolveConfig(readFileSettings(record).training, commandLine)).toThrow('belongs to');
  writeFileSync(join(run, 'status.json'), '{}');
  expect(readFileSettings(record).training).toEqual({ epochs: 3, sched: 'one-cycle', scheme: 'vanilla' });
});
