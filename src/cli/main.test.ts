/** Usage errors are one line, the exit code, and one object with --json. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCommand } from './main.ts';
import { temporaryFolder } from '../test-folder.ts';

interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process. */
async function told(...words: string[]): Promise<Told> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean(stdout.push(String(text))));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean(stderr.push(String(text))));
  try {
    const code = await runCommand(['node', 'meanfield', ...words]);
    return { code, stdout: stdout.join(''), stderr: stderr.join('') };
  } finally {
    vi.restoreAllMocks();
    process.exitCode = undefined;
  }
}

const root = temporaryFolder();
const at = (...names: string[]): string => join(root, ...names);
beforeAll(() => {
  mkdirSync(at('folder'));
  writeFileSync(at('file'), 'no run');
  mkdirSync(at('run'));
  writeFileSync(at('run', 'config.yaml'), 'model: resnet20\n');
  writeFileSync(at('run', 'status.json'), '{}');
  mkdirSync(at('run', 'checkpoints', 'last'), { recursive: true });
  for (const file of ['report.html', join('checkpoints', 'last', 'state.json')])
    writeFileSync(at('run', file), '{}');
  for (const name of ['a', 'b']) {
    mkdirSync(at('many runs', name), { recursive: true });
    writeFileSync(at('many runs', name, 'config.yaml'), '');
  }
  // The settings file of a user.
  mkdirSync(at('own', 'folder'), { recursive: true });
  writeFileSync(at('own', 'config.yaml'), 'epochs: 3\n');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Paths of a case are below the root. */
const placed = (words: readonly string[]): string[] =>
  words.map((word) => (word.startsWith('@') ? at(word.slice(1)) : word));

async function expectRefusal(words: readonly string[], code: number, message: RegExp): Promise<void> {
  const plain = await told(...placed(words));
  expect(plain.stderr).toMatch(message);
  expect(plain.stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(plain.stderr).toMatch(/^meanfield: /);
  expect(plain.stderr).not.toMatch(/internal|Invalid input|Too small|Error:|ENO|\(string\)/);
  expect(plain).toMatchObject({ code, stdout: '' });
  const json = await told(...placed(words), '--json');
  expect(json.code).toBe(code);
  const last = JSON.parse(json.stdout.trimEnd().split('\n').at(-1) ?? '') as { error: { message: string } };
  expect(last).toEqual({
    error: { name: expect.any(String) as string, message: expect.any(String) as string, exitCode: code },
  });
  expect(json.stderr).toBe(`meanfield: ${last.error.message}\n`);
}

describe('words that no command accepts', () => {
  it.each([
    [['trian'], /unknown command 'trian': did you mean train\? see npx meanfield --help/],
    [['data', 'lst'], /unknown command 'lst': did you mean list\?/],
    [['doctor', 'x'], /too many arguments for 'doctor'/],
    [
      ['verify', '--sed', '1'],
      /unknown option '--sed': did you mean --seed\? see npx meanfield verify --help/,
    ],
    [['export', '@run'], /required option '--output <path>' not specified; see npx meanfield export --help/],
    [['evaluate'], /missing required argument 'run'/],
    [['report'], /missing required argument 'runs'/],
  ])('%j', async (words, message) => {
    await expectRefusal(words, 2, message);
  });
});

describe('values that a flag does not accept', () => {
  it.each([
    [['verify', 'C1', '--threads', '0'], /--threads: expected a whole number >= 1, got "0"/],
    [['verify', 'C1', '--seed', '3..1'], /--seed: expected seeds such as/],
    [['verify', 'C99'], /unknown claim C99: did you mean C9 /],
    [['lab', '--data', 'spirls'], /--data: expected one of spirals, .*: did you mean spirals\?/],
    [['lab', '--depth', '0'], /depth must be a whole number from 1 to 200/],
    [['lab', '--output', 'x.bmp'], /end its name in \.svg, \.png, \.json/],
    [['data', 'fetch', 'cifar01', '--data-dir', '@folder'], /did you mean cifar10\?/],
    [['bench', 'step', '--runs', '-1'], /--runs: expected a whole number >= 1, got "-1"/],
    [['bench', 'step', '--depth', '21'], /resnet21/],
    [['bench', 'step', '--precision', 'f16'], /--precision: expected one of f32, bf16/],
    [['bench', 'flow', '--samples', '0'], /--samples: expected a whole number >= 1/],
    [
      ['reproduce', '--preset', 'fats'],
      /--preset: expected one of talk, fast, smoke, .* did you mean fast\?/,
    ],
    [['reproduce', '--jobs', '0'], /--jobs: expected a whole number >= 1/],
    [['reproduce', '--epochs', '-1'], /expected an integer >= 1 for --epochs, got -1/],
    [['reproduce', '--preset', 'smoke', '--dataset', 'cifar'], /unknown --dataset "cifar": did you mean/],
    [['studio', '--port', '99999'], /--port: expected a whole number from 0 to 65535, got "99999"/],
    [['analyse', '@run', '--images', 'all'], /--images: expected a whole number >= 1, got "all"/],
    [['demo', '--seeds', '0'], /--seeds: expected a whole number >= 1/],
    [['evaluate', '@run', '--threads', 'x'], /expected an integer >= 1 for --threads, got "x"/],
  ])('%j', async (words, message) => {
    await expectRefusal(words, 2, message);
  });
});

describe('invalid paths', () => {
  it.each([
    [1, ['report', '@nonsense'], /nonsense does not exist$/m],
    [
      1,
      ['report', '@file', '@folder'],
      /file is a file, not a run folder; .*folder is not a run folder: it has no/,
    ],
    [1, ['report', '@run', '--output', '@folder'], /it is a folder; give a file/],
    [1, ['report', '@run', '--output', '@file/report.html'], /file: it is a file, not a folder/],
    [2, ['analyse', '@nonsense'], /nonsense does not exist/],
    [2, ['analyse', '@own/folder'], /is not a run folder: it has no/],
    [2, ['analyse', '@folder'], /is not a run folder: it has no config\.yaml and no status\.json/],
    [1, ['analyse', '@run', '--output', '@file'], /file: it is a file, not a folder/],
    [2, ['evaluate', '@folder'], /is not a run folder/],
    [2, ['evaluate', '@nonsense'], /nonsense does not exist: give a run folder or a weight file/],
    [2, ['evaluate', '@nonsense', '--model', 'resnet20'], /nonsense does not exist/],
    [2, ['predict', '@nonsense', '@folder'], /no PNG|nonsense does not exist/],
    [1, ['export', '@run', '--output', '@no/net.safetensors'], /there is no folder .*no$/m],
    [1, ['export', '@run', '--output', '@file/net.safetensors'], /file is a file, not a folder/],
    [1, ['verify', 'C1', '--output', '@file'], /it is a file, not a folder/],
    [1, ['verify', 'C1', '--output', '@file/below'], /file is a file, not a folder; choose another folder/],
    [2, ['verify', 'C1', '--output', ''], /--output: expected a path, got ""/],
    [1, ['verify', 'C1', '--out', '@file'], /file: it is a file, not a folder/],
    [
      2,
      ['verify', 'C1', '--out', '@a', '--output', '@b'],
      /'--out <dir>' cannot be used with option '--output <dir>'/,
    ],
    [2, ['train', '--output', ''], /--output: expected a path, got ""/],
    [2, ['lab', '--csv', ''], /--csv: expected a path, got ""/],
    [2, ['evaluate', ''], /run: expected a path, got ""/],
    [2, ['predict', '@run', ''], /images: expected a path, got ""/],
    [2, ['report', ''], /runs: expected a path, got ""/],
    [
      2,
      ['evaluate', '@run/config.yaml'],
      /config\.yaml is inside the run folder .*run: evaluate that folder/,
    ],
    [2, ['predict', '@run/config.yaml', '@file'], /config\.yaml is inside the run folder .*run; give that/],
    [2, ['analyse', '@run/checkpoints'], /checkpoints is inside the run folder .*run; give that folder/],
    [2, ['export', '@run/status.json', '--output', '@x.safetensors'], /inside the run folder .*run; give/],
    [2, ['train', '--resume', '@run/checkpoints/last/state.json'], /inside the run folder .*run; give that/],
    [1, ['report', '@run/report.html'], /report\.html is inside the run folder .*run; give that folder/],
    [2, ['studio', '@run/checkpoints'], /checkpoints is inside the run folder .*run: give the folder/],
    [2, ['analyse', '@many runs'], /many runs holds run folders; give one of them, such as .*many runs\/a$/m],
    [1, ['report', '@many runs'], /many runs holds 2 run folders; give them with '.*many runs'\/\*$/m],
    [2, ['evaluate', '@file/below'], /below does not exist/],
    [1, ['lab', '--output', '@no/x.svg'], /there is no folder/],
    [2, ['lab', '--data', 'csv', '--csv', '@no.csv'], /--csv: cannot read .*no\.csv: it does not exist/],
    [2, ['studio', '@file'], /is a file, not a folder/],
    [2, ['studio', '@run'], /is a run folder: give the folder that holds it/],
    [2, ['studio', '@', '--export', '@file'], /is a file, not a folder: choose a new folder/],
    [2, ['reproduce', '--report-only', '--output', '@nonsense'], /nonsense does not exist/],
    [3, ['reproduce', '--preset', 'fast', '--data-dir', '@folder'], /cifar10 not found in .*folder/],
    [1, ['data', 'fetch', 'cifar10', '--data-dir', '@file'], /it is a file, not a folder/],
    [
      3,
      ['data', 'check', 'cifar10', '--data-dir', '@nowhere'],
      /cifar10 not found: .*nowhere does not exist; fetch/,
    ],
    [
      3,
      ['data', 'check', 'image-folder', '--data-dir', '@nowhere'],
      /nowhere does not exist; give its folder/,
    ],
    [2, ['predict', '@folder', '@file', '--top', '0'], /--top: expected a whole number >= 1, got "0"/],
    [2, ['train', '--epochs', '0'], /expected an integer >= 1 for --epochs, got 0$/m],
    [2, ['train', '--resume', '@folder'], /folder is not a run folder: it has no/],
    [2, ['reproduce', '--report-only', '--dry-run'], /--report-only and --dry-run cannot be used together/],
    [
      2,
      ['reproduce', '--publish', '@p', '--report-only'],
      /--report-only and --publish cannot be used together/,
    ],
    [2, ['reproduce', '--dataset', 'npy'], /unknown --dataset "npy" \(one of/],
    [3, ['data', 'check', 'cifar10', '--data-dir', '@file/below'], /cifar10 not found/],
    [3, ['data', 'check', 'image-folder', '--data-dir', '@file/below'], /image-folder not found/],
    [3, ['data', 'check', 'idx', '--data-dir', '@file/below'], /idx not found/],
  ])('%i: %j', async (code, words, message) => {
    await expectRefusal(words, code, message);
    expect(existsSync(at('nonsense'))).toBe(false);
  });
});

// There, Node tries to create folders forever.
describe.runIf(existsSync('/proc/self'))('a path that cannot hold folders', () => {
  it.each([
    [['train', '--dataset', 'synthetic-images', '--width', '2', '--output', '/proc/meanfield/runs']],
    [['train', '--dataset', 'synthetic-images', '--width', '2', '--output', '/proc']],
    [['reproduce', '--preset', 'smoke', '--output', '/proc/meanfield']],
    [['studio', '@', '--export', '/proc/meanfield']],
    [['data', 'fetch', 'cifar10', '--data-dir', '/proc/meanfield']],
    [['verify', 'C1', '--output', '/proc/meanfield']],
  ])('%j', async (words) => {
    vi.stubEnv('MEANFIELD_CORES_DIR', at('cores'));
    await expectRefusal(words, 1, /\/proc cannot hold folders; choose another folder$/m);
  });
});

it('a report takes the run folders among the paths, names the others, and ends with exit code 1', async () => {
  const page = at('page.html');
  const { code, stderr, stdout } = await told(
    'report',
    ...placed(['@run', '@file', '@folder', '@nonsense']),
    ...['--output', page, '--json'],
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/skipped: .*file is a file, not a run folder/);
  expect(stderr).toMatch(/skipped: .*folder is not a run folder/);
  expect(stderr).toMatch(/skipped: .*nonsense does not exist/);
  const { refused, runs } = JSON.parse(stdout) as { refused: { path: string }[]; runs: string[] };
  expect(runs).toEqual([at('run')]);
  expect(refused.map(({ path }) => path)).toEqual(placed(['@file', '@folder', '@nonsense']));
  expect(readFileSync(page, 'utf8')).not.toContain('nonsense');
});

it('a name with control characters is shown on one line, and moves no cursor', async () => {
  const { stderr } = await told('report', at('a\nb\u001B[2J'));
  expect(stderr).toMatch(/a\\nb\\x1b\[2J does not exist\n$/);
});

it('after -- no word is a flag, so no JSON is printed', async () => {
  expect((await told('report', '--', '--json')).stdout).toBe('');
});

describe('help', () => {
  beforeEach(() => {
    vi.stubEnv('COLUMNS', '');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const commands = [
    ...['', 'train', 'evaluate', 'export', 'predict', 'report', 'reproduce', 'studio', 'lab', 'analyse'],
    ...[
      'verify',
      'data',
      'data list',
      'data fetch',
      'data check',
      'bench',
      'bench step',
      'bench flow',
      'demo',
    ],
  ];
  it.each(commands)('of %j fits 80 columns', async (command) => {
    const { stdout, code } = await told(...command.split(' ').filter(Boolean), '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: meanfield/);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([60, 40])(
    'in %i columns wraps every description, below its flag where there is no room',
    async (columns) => {
      vi.stubEnv('COLUMNS', String(columns));
      for (const command of ['', 'train', 'evaluate', 'bench step']) {
        const { stdout } = await told(...command.split(' ').filter(Boolean), '--help');
        const [, described = ''] = /\n\n(.*?)(?:\n\nExamples:|$)/s.exec(stdout) ?? [];
        expect(described.split('\n').filter((line) => line.length > columns)).toEqual([]);
      }
      vi.unstubAllEnvs();
    },
  );

  it('of train lists the data sets for training', async () => {
    const { stdout } = await told('train', '--help');
    expect(stdout).toContain('image-folder');
    expect(stdout).not.toContain('npy');
  });

  it('has examples that a shell reads as one line each', async () => {
    const { stdout } = await told('reproduce', '--help');
    expect(stdout.replaceAll(' \\\n ', '')).toMatch(
      /^npx meanfield reproduce --preset fast .* --val-split 5000 --schemes vanilla,.* --output ablation$/m,
    );
  });
});
