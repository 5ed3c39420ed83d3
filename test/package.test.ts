/** The package that npm publishes: its files by rule, and its types for the ways in which TypeScript finds them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder } from '../src/test-folder.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  version: string;
  bin: Record<string, string>;
  exports: Record<string, string | { types: string; default: string }>;
  dependencies: Record<string, string>;
};

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

let packed: Packed = { size: 0, unpackedSize: 0, files: [] };
let files: ReadonlySet<string> = new Set();
beforeAll(() => {
  const answer = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  packed = (JSON.parse(answer) as [Packed])[0];
  files = new Set(packed.files.map(({ path }) => path));
});

const matching = (pattern: RegExp): string[] => [...files].filter((file) => pattern.test(file));
const missing = (wanted: readonly string[]): string[] => wanted.filter((file) => !files.has(file));
/** Compiled sources, without the bundled pages. */
const compiled = (): string[] => matching(/^dist\/(?!page).*\.(js|d\.ts)$/);

it('contains no records of tools, tests, source maps without sources, or second font formats', () => {
  expect(
    matching(/\.tsbuildinfo$|\.test\.|\/fake-|test-folder|^test\/|\.(map|woff|ttf|log|node|o)$/),
  ).toEqual([]);
  for (const file of matching(/\.(js|css)$/)) expect(read(file), file).not.toMatch(/sourceMappingURL/);
  for (const file of matching(/\.css$/)) expect(read(file), file).not.toMatch(/\.(woff|ttf)\b/);
  expect(matching(/\.woff2$/).length).toBeGreaterThan(10);
});

it('contains no output of deleted sources (else: npm run setup)', () => {
  const sources = compiled().map((file) => file.replace(/^dist/, 'src').replace(/\.(js|d\.ts)$/, '.ts'));
  expect(sources.length).toBeGreaterThan(1000);
  expect(sources.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

it('contains all that package.json names', () => {
  const targets = Object.values(manifest.exports).flatMap((one) =>
    typeof one === 'string' ? [one] : [one.types, one.default],
  );
  expect(manifest.exports['./package.json']).toBe('./package.json');
  expect(missing([...targets, ...Object.values(manifest.bin)].map(normalize))).toEqual([]);
});

it('contains the pages, the sources of the addon and every module of the set-up', () => {
  expect(missing(['dist/page/index.html', 'dist/page-export/export.html', 'native/addon.cc'])).toEqual([]);
  expect(missing(['python/hub/load.py', 'python/hub/resnet.py'])).toEqual([]);
  const scripts = ['scripts/setup.mjs', 'scripts/build-native.mjs', 'bin/meanfield.js'];
  for (const script of scripts)
    for (const [, name = ''] of read(script).matchAll(/(?:from |import\()'(\..*?)'/g)) {
      const file = join(dirname(script), name);
      if (!scripts.includes(file)) scripts.push(file);
    }
  expect(scripts.length).toBeGreaterThan(10);
  expect(missing(scripts)).toEqual([]);
});

/** Files that a page of Markdown links to or shows. */
function linked(page: string): string[] {
  const text = read(page).replace(/^```.*?^```/gms, '');
  return Array.from(
    text.matchAll(/\]\(([^)#\s]+)|(?:src|href)="([^"#]+)/g),
    ([, link, source]) => link ?? source ?? '',
  )
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => join(dirname(page), link));
}

it('contains every file that the README links to or shows', () => {
  expect(linked('README.md').length).toBeGreaterThan(20);
  expect(missing(linked('README.md'))).toEqual([]);
});

it('contains the pages of the documentation that its pages link to', () => {
  const pages = matching(/\.md$/);
  expect(pages).toContain('docs/theory/README.md');
  // Figures, data and sources that these pages mention are in the repository.
  expect(missing(pages.flatMap(linked).filter((file) => file.endsWith('.md')))).toEqual([]);
});

it('imports only what npm installs with it', () => {
  const imports = compiled()
    .flatMap((file) => ts.preProcessFile(read(file)).importedFiles.map(({ fileName }) => fileName))
    .filter((name) => !name.startsWith('.'))
    .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  const known = new Set(Object.keys(manifest.dependencies));
  const foreign = [...new Set(imports)].filter((name) => !known.has(name) && !name.startsWith('node:'));
  expect(new Set(imports).size).toBeGreaterThan(15);
  expect(foreign).toEqual([]);
});

it('is small', () => {
  expect(packed.size).toBeLessThan(2_500_000);
  expect(packed.unpackedSize).toBeLessThan(6_500_000);
});

it('can be cited with the version of the package', () => {
  const citation = parse(read('CITATION.cff')) as Record<string, unknown>;
  expect(citation).toMatchObject({ 'cff-version': '1.2.0', type: 'software', version: manifest.version });
  expect(citation['preferred-citation']).toMatchObject({ url: 'https://arxiv.org/abs/2003.05508' });
  expect(files).toContain('CITATION.cff');
});

const project = temporaryFolder();
const entries = Object.keys(manifest.exports).filter((entry) => entry !== './package.json');

/** The errors of a program that imports every entry, with the name of one that does not exist in each. */
function errorsOf(options: ts.CompilerOptions): string[] {
  mkdirSync(join(project, 'node_modules', '@types'), { recursive: true });
  if (!existsSync(join(project, 'consumer.ts'))) {
    symlinkSync(root, join(project, 'node_modules', 'meanfield'));
    symlinkSync(
      join(root, 'node_modules', '@types', 'node'),
      join(project, 'node_modules', '@types', 'node'),
    );
    writeFileSync(join(project, 'package.json'), '{"type":"module"}');
    writeFileSync(
      join(project, 'consumer.ts'),
      `${entries
        .map(
          (entry, i) =>
            `import * as entry${i} from '${entry.replace('.', 'meanfield')}';\n// @ts-expect-error\nentry${i}.absent;`,
        )
        .join('\n')}
import { type Tensor, tensor } from 'meanfield/tensor';
export const shape: readonly number[] = (tensor([[1, 2]]) satisfies Tensor).shape;
// @ts-expect-error
tensor('text');
`,
    );
  }
  const program = ts.createProgram([join(project, 'consumer.ts')], {
    ...options,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    typeRoots: [join(project, 'node_modules', '@types')],
    strict: true,
    noEmit: true,
    // The package's own declarations are checked once.
    skipLibCheck: options.module !== ts.ModuleKind.NodeNext,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map((one) => `${one.file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(one.messageText, ' ')}`);
}

it.each([
  ['node16', ts.ModuleKind.Node16, ts.ModuleResolutionKind.Node16],
  ['nodenext', ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
  ['bundler', ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
] as const)('has types for moduleResolution %s', (_, module, moduleResolution) => {
  expect(errorsOf({ module, moduleResolution })).toEqual([]);
});

// The one of onnxruntime-node would download CUDA libraries; npm runs none that the lock file does not announce.
it('no package that `npm ci` installs runs a script: after an update, delete hasInstallScript from package-lock.json', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { hasInstallScript?: boolean }>;
  };
  expect(Object.keys(lock.packages).filter((name) => lock.packages[name]!.hasInstallScript)).toEqual([]);
});
