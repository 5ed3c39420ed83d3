/** npm's `prepare` and the compilation behind it, in a small checkout with the project's scripts. */
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../src/native/index.ts';
import { temporaryFolder } from '../../src/test-folder.ts';
import { type Outcome, runNode } from './children.ts';

const checkout = temporaryFolder();
const files = {
  'package.json': '{"type":"module"}',
  'package-lock.json': '{}',
  'tsconfig.json':
    '{"compilerOptions":{"rootDir":"src","outDir":"dist","declaration":true,"types":[],"lib":["es5"],"skipLibCheck":true},"include":["src"]}',
  'tsconfig.build.json':
    '{"extends":"./tsconfig.json","compilerOptions":{"incremental":true,"tsBuildInfoFile":"dist/.tsbuildinfo"}}',
  'src/cli/main.ts': 'export const main = 1;\n',
  'src/old.ts': 'export const old = 1;\n',
  'page/index.html': '<!doctype html><title>page</title>',
  'page/export.html': '<!doctype html><title>export</title>',
  'vite.config.ts': `export default ({ mode }: { mode: string }) => ({
  root: 'page',
  build: {
    outDir: mode === 'export' ? '../dist/page-export' : '../dist/page',
    emptyOutDir: true,
    rolldownOptions: { input: mode === 'export' ? 'page/export.html' : 'page/index.html' },
  },
});`,
};

beforeAll(() => {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(checkout, file)), { recursive: true });
    writeFileSync(join(checkout, file), text);
  }
  cpSync(join(packageRoot, 'scripts'), join(checkout, 'scripts'), { recursive: true });
  mkdirSync(join(checkout, 'node_modules'));
  for (const name of ['typescript', 'vite'])
    symlinkSync(join(packageRoot, 'node_modules', name), join(checkout, 'node_modules', name));
});

const prepare = (command: string, gitDependency?: string): Promise<Outcome> =>
  runNode([join(checkout, 'scripts', 'prepare.mjs')], {
    npm_command: command,
    _PACOTE_NO_PREPARE_: gitDependency,
  });
const has = (...names: string[]): boolean[] => names.map((name) => existsSync(join(checkout, 'dist', name)));

it('npm ci and npm install in a checkout compile nothing', async () => {
  for (const command of ['ci', 'install'])
    expect(await prepare(command)).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  expect(has('.')).toEqual([false]);
});

it('a dependency on a git URL is compiled, with its pages', async () => {
  const { code, stdout, stderr } = await prepare('install', 'git+file:///somewhere');
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toMatch(/^setup: typescript: compiled .*\nsetup: page of the studio: built /);
  expect(
    has('cli/main.js', 'old.js', 'old.d.ts', 'page/index.html', 'page-export/export.html'),
  ).not.toContain(false);
});

it('packing compiles what has changed, and removes the output of deleted sources', async () => {
  expect((await prepare('pack')).stderr).toMatch(/typescript: present .*\n.*studio: present/);
  rmSync(join(checkout, 'src', 'old.ts'));
  mkdirSync(join(checkout, 'dist', 'gone'));
  for (const name of ['gone/x.js', 'cli/main.js.map', 'page/script.js'])
    writeFileSync(join(checkout, 'dist', name), '');
  expect((await prepare('pack')).stderr).toMatch(/typescript: compiled/);
  expect(has('old.js', 'old.d.ts', 'gone/x.js', 'cli/main.js.map')).not.toContain(true);
  expect(has('cli/main.js', 'cli/main.d.ts', '.tsbuildinfo')).not.toContain(false);
});
