import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildFolder, packageRoot } from '../../src/native/index.ts';
import { type Outcome, runNode, Workshop } from './children.ts';

const workshop = Workshop.open();

/** Loads the engine as the command line does: one line on stderr, and the error's exit code. */
function load(env: NodeJS.ProcessEnv): Promise<Outcome> {
  return workshop.run(
    'load.mjs',
    `try {
  tensor.tensor([1]).dispose();
  console.log('loaded');
} catch (error) {
  console.error(error.name + ': ' + error.message);
  process.exit(error.exitCode);
}`,
    { env: { LIBTORCH: '', LIBTORCH_LIB: '', LIBTORCH_BYPASS_VERSION_CHECK: '', ...env } },
  );
}

/** A copy of the build folder with modified facts. */
function doctored(name: string, change: (facts: Facts) => unknown): string {
  const folder = join(workshop.folder, name);
  mkdirSync(folder);
  symlinkSync(join(buildFolder(), 'meanfield.node'), join(folder, 'meanfield.node'));
  const facts = JSON.parse(readFileSync(join(buildFolder(), 'build.json'), 'utf8')) as Facts;
  const changed = change(facts);
  writeFileSync(join(folder, 'build.json'), typeof changed === 'string' ? changed : JSON.stringify(changed));
  return folder;
}

interface Facts {
  torchVersion: string;
  lib: string;
  library: { path: string; size: number };
}

function expectHelp({ code, stdout, stderr }: Outcome, problem: RegExp): void {
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(/^MissingEnvironmentError: cannot load libtorch: /);
  expect(stderr).toMatch(problem);
  expect(stderr).toMatch(/next: `node \S*\/bin\/meanfield\.js setup`/);
  expect(code).toBe(3);
}

it('loads if everything is in place', async () => {
  expect(await load({})).toEqual({ code: 0, signal: null, stdout: 'loaded\n', stderr: '' });
});

it('an addon that was never built is one line of help', async () => {
  const empty = join(workshop.folder, 'empty');
  mkdirSync(empty);
  expectHelp(await load({ MEANFIELD_BUILD_DIR: empty }), /is not built \(no .*empty\/meanfield\.node\)/);
});

it('a libtorch replaced since the build is rejected with both sizes', async () => {
  const folder = doctored('replaced', (facts) => ({
    ...facts,
    library: { ...facts.library, size: facts.library.size + 1 },
  }));
  const outcome = await load({ MEANFIELD_BUILD_DIR: folder });
  expectHelp(
    outcome,
    /wrong libtorch: .*built against libtorch .* \(\d+ bytes\).* now has \d+ bytes: .*rebuild/,
  );
  const bypassed = await load({ MEANFIELD_BUILD_DIR: folder, LIBTORCH_BYPASS_VERSION_CHECK: '1' });
  expect(bypassed).toMatchObject({ code: 0, stdout: 'loaded\n' });
});

it('a missing libtorch is named', async () => {
  const folder = doctored('gone', (facts) => ({
    ...facts,
    library: { path: '/nowhere/libtorch_cpu.so', size: 1 },
  }));
  expectHelp(
    await load({ MEANFIELD_BUILD_DIR: folder }),
    /at \/nowhere\/libtorch_cpu\.so, which no longer exists/,
  );
});

it('empty or truncated build facts are rejected', async () => {
  expectHelp(await load({ MEANFIELD_BUILD_DIR: doctored('silent', () => ({})) }), /does not say what/);
  expectHelp(await load({ MEANFIELD_BUILD_DIR: doctored('null', () => null) }), /does not say what/);
  expectHelp(await load({ MEANFIELD_BUILD_DIR: doctored('cut', () => '{"lib":') }), /is not readable/);
});

it('a LIBTORCH other than that of the build is rejected', async () => {
  const other = join(workshop.folder, 'other-torch');
  expectHelp(await load({ LIBTORCH: other }), /wrong libtorch: LIBTORCH is .*other-torch, but .*rebuild/);
});

it('LIBTORCH is compared by folder, not by spelling', async () => {
  const { lib } = JSON.parse(readFileSync(join(buildFolder(), 'build.json'), 'utf8')) as Facts;
  expect(await load({ LIBTORCH: join(lib, '..') })).toMatchObject({ code: 0 });
  expect(await load({ LIBTORCH: `${join(lib, '..')}/` })).toMatchObject({ code: 0 });
  expectHelp(await load({ LIBTORCH: lib.slice(0, -1) }), /wrong libtorch/);
});

it('an addon that does not load gives help with the linker’s reason', async () => {
  const folder = join(workshop.folder, 'broken');
  mkdirSync(folder);
  copyFileSync(join(buildFolder(), 'build.json'), join(folder, 'build.json'));
  writeFileSync(join(folder, 'meanfield.node'), 'no library');
  expectHelp(
    await load({ MEANFIELD_BUILD_DIR: folder }),
    /does not load \(.*(too short|invalid ELF|file).*\)/,
  );
});

it('building without libtorch prints one line with what was tried and exits with code 3', async () => {
  const env = { LIBTORCH: '/nonexistent', MEANFIELD_BUILD_DIR: join(workshop.folder, 'unbuilt') };
  const { code, stdout, stderr } = await runNode([join(packageRoot, 'scripts', 'build-native.mjs')], env);
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(
    /^build: libtorch not found; tried LIBTORCH: \/nonexistent\/include\/ATen\/ATen\.h; install /,
  );
  expect(code).toBe(3);
});

it('building against a libtorch that is too old names the required version', async () => {
  const top = join(workshop.folder, 'old-torch');
  mkdirSync(join(top, 'include', 'ATen'), { recursive: true });
  mkdirSync(join(top, 'include', 'torch', 'csrc', 'api', 'include', 'torch'), { recursive: true });
  mkdirSync(join(top, 'lib'));
  writeFileSync(join(top, 'include', 'ATen', 'ATen.h'), '');
  const version = ['MAJOR 1', 'MINOR 12', 'PATCH 1']
    .map((part) => `#define TORCH_VERSION_${part}`)
    .join('\n');
  writeFileSync(join(top, 'include', 'torch', 'csrc', 'api', 'include', 'torch', 'version.h'), version);
  const build = [join(packageRoot, 'scripts', 'build-native.mjs')];
  const env = { LIBTORCH: top, MEANFIELD_BUILD_DIR: join(workshop.folder, 'unbuilt') };
  const without = await runNode(build, env);
  expect([without.code, without.stderr]).toEqual([
    3,
    expect.stringMatching(/^build: no libtorch_cpu\.so in /) as unknown,
  ]);
  writeFileSync(join(top, 'lib', 'libtorch_cpu.so'), '');
  const old = await runNode(build, env);
  expect(old.stderr).toMatch(/^build: libtorch 1\.12\.1 found, 1\.13 or 2\.x required/);
  expect(old.code).toBe(3);
});

it('nothing is loaded before it is needed', async () => {
  const { stdout } = await workshop.run(
    'lazy.mjs',
    `console.log(native.isLoaded()); tensor.ops.relu; console.log(native.isLoaded());
tensor.tensor([1]).dispose(); console.log(native.isLoaded());`,
  );
  expect(stdout).toBe('false\nfalse\ntrue\n');
});

it('the process has one OpenMP runtime: that of libtorch', async () => {
  const { stdout } = await workshop.run(
    'openmp.mjs',
    `import { readFileSync } from 'node:fs';
tensor.tensor([1]).dispose();
console.log(new Set(readFileSync('/proc/self/maps', 'utf8').match(/\\/\\S*lib(?:gomp|iomp|omp)[^/\\n]*$/gm)).size);`,
  );
  expect(stdout).toBe('1\n');
});
