/** Adds every example of docs/design/extending.md to a copy of the package, type-checks it and runs its commands. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../src/test-folder.ts';
import { environment } from './command/command.ts';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/design/extending.md'), 'utf8');

const sources = new Map<string, string>();
const commands: string[] = [];
const created = new Set<string>();

const sourceOf = (file: string): string => sources.get(file) ?? readFileSync(join(root, file), 'utf8');

/** A block is a new file, lines at the end of a file, or lines `after` or `in place of` others. */
function applyBlock(block: string): void {
  const [first = '', ...rest] = block.split('\n');
  const [, file, how, anchor] = /^\/\/ (\S+?)(?:, (after|in place of) `(.+)`)?$/.exec(first) ?? [];
  if (file === undefined) throw new Error(`a block without its file: ${first}`);
  const code = rest.join('\n');
  if (anchor === undefined) {
    const isNew = !sources.has(file) && !existsSync(join(root, file));
    if (isNew) created.add(file);
    sources.set(file, isNew ? code : `${sourceOf(file)}${code}`);
    return;
  }
  const [before, after, ...more] = sourceOf(file).split(anchor);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${file} does not have \`${anchor}\` once`);
  sources.set(file, `${before}${how === 'after' ? `${anchor}\n` : ''}${code.trimEnd()}${after}`);
}

for (const [, language, block = ''] of page.matchAll(/^```(ts|sh)\n(.*?)^```$/gms))
  if (language === 'ts') applyBlock(block);
  else commands.push(...block.replaceAll('\\\n', ' ').trim().split('\n'));

const settings = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file)).config,
  ts.sys,
  root,
).options;

/** Type errors of the changed files, with the others as they are. */
function typeErrors(): string[] {
  const texts = new Map([...sources].map(([file, text]) => [join(root, file), text]));
  const host = ts.createCompilerHost(settings);
  const base = ts.createCompilerHost(settings);
  host.fileExists = (file) => texts.has(file) || base.fileExists(file);
  host.readFile = (file) => texts.get(file) ?? base.readFile(file);
  host.directoryExists = (folder) =>
    [...texts.keys()].some((file) => file.startsWith(`${folder}/`)) || ts.sys.directoryExists(folder);
  host.getSourceFile = (file, options) => {
    const text = texts.get(file);
    return text === undefined ? base.getSourceFile(file, options) : ts.createSourceFile(file, text, options);
  };
  const program = ts.createProgram([...texts.keys()], settings, host);
  return [...texts.keys()].flatMap((file) => {
    const source = program.getSourceFile(file)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
  });
}

const compilerOptions = { ...settings, module: ts.ModuleKind.ESNext };

/** A copy of the built package with the changed files compiled. */
function extendedPackage(): string {
  const folder = temporaryFolder();
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  for (const part of ['build', 'node_modules']) symlinkSync(join(root, part), join(folder, part));
  for (const [file, text] of sources) {
    const target = join(folder, file.replace(/^src/, 'dist').replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, ts.transpileModule(text, { compilerOptions }).outputText);
  }
  return folder;
}

it('the page adds new files, not only lines', () => {
  expect([...created].sort()).toEqual([
    'src/export/npz.ts',
    'src/mean-field/schedules/bounded-step.ts',
    'src/models/blocks/single.ts',
    'src/pictures/tau-rate.ts',
    ...['code', 'compute', 'draw', 'index', 'presets', 'texts'].map(
      (name) => `src/studio/lab/views/norms/${name}.ts`,
    ),
    'src/theory/claims/c17-constant-velocity.ts',
    'src/trackers/jsonl.ts',
  ]);
});

it('every example passes the type check', () => {
  expect(typeErrors()).toEqual([]);
}, 120_000);

describe('the commands of the page, in a package with its examples', () => {
  const outputs = new Map<string, string>();
  let folder: string;

  beforeAll(() => {
    folder = extendedPackage();
    for (const command of commands) {
      const [, , ...args] = command.split(/\s+/);
      const run = { cwd: folder, encoding: 'utf8', env: environment, stdio: 'pipe' } as const;
      outputs.set(command, execFileSync(process.execPath, [join(folder, 'bin/meanfield.js'), ...args], run));
    }
  }, 120_000);

  const output = (...words: readonly string[]): string => {
    const [command] = commands.filter((one) => words.every((word) => one.includes(word)));
    if (command === undefined) throw new Error(`no command with ${words.join(' ')}`);
    return outputs.get(command)!;
  };
  const read = (...path: readonly string[]): string => readFileSync(join(folder, ...path), 'utf8');

  it('help, the schema of YAML files and the record of a run have the setting', () => {
    expect(output('train', '--help')).toContain('--loss-scale <x>');
    const schema = JSON.parse(output('config-schema')) as { properties: Record<string, unknown> };
    expect(schema.properties['loss-scale']).toMatchObject({ default: 1 });
    expect(read('runs/example/config.yaml')).toContain('loss-scale: 1');
  });

  it('a run trains the scheme and records its coordinates', () => {
    expect(output('train', '--help')).toContain('bounded-step');
    expect(read('runs/example/config.yaml')).toContain('scheme: bounded-step');
    const [first = ''] = read('runs/example/metrics.jsonl').split('\n');
    expect(JSON.parse(first)).toMatchObject({
      stages: { layer1: { step: [expect.any(Number), expect.any(Number)] } },
    });
  });

  it('a run trains the model', () => {
    expect(output('resnet11-single', '--json')).toContain('"finished":true');
  });

  it('verify measures the claim', () => {
    expect(output('verify')).toMatch(/C17 .*Euler is exact for a constant velocity/);
    expect(output('verify')).toContain('pass');
  });

  it('the report has the figure', () => {
    expect(read('figures/tau-rate.csv')).toContain('learning rate');
    expect(read('runs/example/report.html')).toContain('Blocks move the most at its peak.');
  });

  it('the weights of a run are exported in the format', () => {
    expect(read('net.npz')).toContain('conv1.weight.npy');
  });

  it('the history of a run is exported to the tracker', () => {
    const [first = ''] = read('logs/example.jsonl').split('\n');
    expect(first).toMatch(/^\{"step":1,"time":[\d.]+,"metrics":\{"train\/loss":[\d.]+,/);
  });

  it('the lab has the view, its preset and its code', () => {
    expect(output('--view norms')).toMatch(/largest/);
    expect(output('--preset norms', '--code')).toContain('Math.hypot');
  });
});
