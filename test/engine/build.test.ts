/** The build of the addon: its cache, and several builds at once. A small addon keeps the compiler's time short. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/native/index.ts';
import { temporaryFolder } from '../../src/test-folder.ts';
import { type Outcome, runNode } from './children.ts';

const root = temporaryFolder();
const source = (answer: number): string => `#include <node_api.h>
namespace {
napi_value init(napi_env env, napi_value) {
  napi_value answer = nullptr;
  napi_create_int32(env, ${answer}, &answer);
  return answer;
}
}
NAPI_MODULE(meanfield, init)
`;

let count = 0;
/** A checkout with the project's scripts and a small addon that is the number `answer`. */
function checkout(answer = 42): string {
  const folder = join(root, `checkout-${count++}`);
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  mkdirSync(join(folder, 'native'));
  cpSync(join(packageRoot, 'scripts'), join(folder, 'scripts'), { recursive: true });
  symlinkSync(
    realpathSync(join(packageRoot, 'node_modules', 'node-api-headers')),
    join(folder, 'node_modules', 'node-api-headers'),
  );
  writeFileSync(join(folder, 'native', 'addon.cc'), source(answer));
  writeFileSync(join(folder, 'native', 'kernel-any.cc'), 'int meanfield_answer() { return 1; }\n');
  return folder;
}

const newCache = (): string => join(root, `cache-${count++}`);
const noCompiler = { PATH: '/nowhere', CXX: '' };

function build(folder: string, cache: string, env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return runNode([join(folder, 'scripts', 'build-native.mjs')], {
    XDG_CACHE_HOME: cache,
    MEANFIELD_BUILD_DIR: undefined,
    LIBTORCH_USE_PYTORCH: undefined,
    CXX: undefined,
    ...env,
  });
}

const addonOf = (folder: string): string => join(folder, 'build', 'meanfield.node');
const cached = (cache: string): string[] => readdirSync(join(cache, 'meanfield', 'addons'));
const loaded = async (folder: string): Promise<string> =>
  (await runNode(['-p', `require(${JSON.stringify(addonOf(folder))})`])).stdout.trim();

const compiled = (parts: string): RegExp =>
  new RegExp(`^build: compiled ${parts} parts against libtorch [\\d.]+ `, 'm');
const fromCache = /^build: took the addon from the cache, built against libtorch /;

it('a second checkout takes the addon from the cache, without a compiler', async () => {
  const [first, second, cache] = [checkout(), checkout(), newCache()];
  expect((await build(first, cache)).stderr).toMatch(compiled('2 of 2'));
  expect(await build(second, cache, noCompiler)).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(fromCache) as unknown,
  });
  expect(readFileSync(addonOf(second))).toEqual(readFileSync(addonOf(first)));
  expect(await loaded(second)).toBe('42');
  // Nothing is left to do in either.
  for (const folder of [first, second])
    expect(await build(folder, newCache(), noCompiler)).toMatchObject({ code: 0, stderr: '' });
});

it('other sources are compiled, only those that changed, and both addons stay in the cache', async () => {
  const [folder, cache] = [checkout(), newCache()];
  await build(folder, cache);
  writeFileSync(join(folder, 'native', 'addon.cc'), source(43));
  expect((await build(folder, cache)).stderr).toMatch(compiled('1 of 2'));
  expect(await loaded(folder)).toBe('43');
  expect(cached(cache)).toHaveLength(2);
  writeFileSync(join(folder, 'native', 'addon.cc'), source(42));
  expect((await build(folder, cache, noCompiler)).stderr).toMatch(fromCache);
  expect(await loaded(folder)).toBe('42');
});

it('a libtorch at another place is another addon: it holds the path', async () => {
  const [folder, cache] = [checkout(), newCache()];
  await build(folder, cache);
  const facts = JSON.parse(readFileSync(join(folder, 'build', 'build.json'), 'utf8')) as { lib: string };
  const top = join(root, 'torch');
  mkdirSync(top);
  symlinkSync(facts.lib, join(top, 'lib'));
  const env = { LIBTORCH: top, LIBTORCH_INCLUDE: '/usr' };
  expect((await build(checkout(), cache, env)).stderr).toMatch(compiled('2 of 2'));
  expect(cached(cache)).toHaveLength(2);
});

it('a damaged addon is noticed, in the cache and in the build folder', async () => {
  const [folder, cache] = [checkout(), newCache()];
  await build(folder, cache);
  const good = readFileSync(addonOf(folder));
  writeFileSync(addonOf(folder), good.subarray(0, 1000));
  expect((await build(folder, cache, noCompiler)).stderr).toMatch(fromCache);
  expect(readFileSync(addonOf(folder))).toEqual(good);

  const [name = ''] = cached(cache);
  const damaged = Buffer.from(good);
  damaged[5000]! ^= 1;
  writeFileSync(join(cache, 'meanfield', 'addons', name), damaged);
  const other = checkout();
  const { code, stderr } = await build(other, cache);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^build: .*\.node is damaged: removed$/m);
  expect(stderr).toMatch(compiled('2 of 2'));
  expect(await loaded(other)).toBe('42');
});

it('builds at once, in one folder and in several, leave whole files', async () => {
  const [one, two, cache] = [checkout(), checkout(), newCache()];
  const outcomes = await Promise.all([one, one, two, one].map((folder) => build(folder, cache)));
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(await loaded(one)).toBe('42');
  expect(await loaded(two)).toBe('42');
  for (const folder of [join(one, 'build'), join(one, 'build', 'obj'), join(cache, 'meanfield', 'addons')])
    expect(readdirSync(folder).filter((name) => name.includes('.new'))).toEqual([]);
  expect(await build(checkout(), cache, noCompiler)).toMatchObject({ code: 0 });
});

it('a cache that cannot be written is a remark', async () => {
  const folder = checkout();
  const occupied = join(root, 'a-file');
  writeFileSync(occupied, '');
  const { code, stderr } = await build(folder, occupied);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^build: the addon is not cached \(.*\)\nbuild: compiled 2 of 2/);
  expect(await loaded(folder)).toBe('42');
});

it('a build folder that cannot be written is one line', async () => {
  const folder = checkout();
  writeFileSync(join(folder, 'build'), '');
  const { code, stderr } = await build(folder, newCache());
  expect(code).toBe(3);
  expect(stderr).toMatch(/^build: cannot write to .*build \(.*\): .*MEANFIELD_BUILD_DIR\n$/);
});

it('a source that does not compile shows the compiler’s message, and changes nothing', async () => {
  const [folder, cache] = [checkout(), newCache()];
  await build(folder, cache);
  writeFileSync(join(folder, 'native', 'addon.cc'), 'int broken(');
  const { code, stderr } = await build(folder, cache);
  expect(code).toBe(3);
  expect(stderr).toMatch(/addon\.cc:1:.*error/);
  expect(stderr).toMatch(/^build: .* failed with exit code 1 \(above\)$/m);
  expect(await loaded(folder)).toBe('42');
  expect(cached(cache)).toHaveLength(1);
});

it('the cache keeps the addons that were used last', async () => {
  const cache = newCache();
  const addons = join(cache, 'meanfield', 'addons');
  mkdirSync(addons, { recursive: true });
  for (let i = 0; i < 10; i++) {
    const file = join(addons, `old-${i}.node`);
    writeFileSync(file, '');
    utimesSync(file, i, i);
  }
  await build(checkout(), cache);
  expect(cached(cache).filter((name) => name.startsWith('old-'))).toEqual(
    [3, 4, 5, 6, 7, 8, 9].map((i) => `old-${i}.node`),
  );
  expect(cached(cache)).toHaveLength(8);
});

it('the version and the C++ standard are those of libtorch’s headers, also of recent ones', async () => {
  const cache = newCache();
  const before = checkout();
  writeFileSync(
    join(before, 'native', 'kernel-any.cc'),
    '#if __cplusplus >= 202002L\n#error newer than required\n#endif\n',
  );
  await build(before, cache);
  const { lib, torchVersion } = JSON.parse(readFileSync(join(before, 'build', 'build.json'), 'utf8')) as {
    lib: string;
    torchVersion: string;
  };
  const top = join(root, 'newer-torch');
  const api = join(top, 'include', 'torch', 'csrc', 'api', 'include', 'torch');
  mkdirSync(join(top, 'include', 'ATen'), { recursive: true });
  mkdirSync(api, { recursive: true });
  symlinkSync(lib, join(top, 'lib'));
  writeFileSync(
    join(top, 'include', 'ATen', 'ATen.h'),
    '#if !defined(_MSVC_LANG) && __cplusplus < 202002L\n#error C++20 or later compatible compiler is required\n#endif\n',
  );
  // Recent versions have their numbers here.
  const numbers = torchVersion.split('.');
  mkdirSync(join(top, 'include', 'torch', 'headeronly'));
  writeFileSync(
    join(top, 'include', 'torch', 'headeronly', 'version.h'),
    ['MAJOR', 'MINOR', 'PATCH']
      .map((part, i) => `#define TORCH_VERSION_${part} ${numbers[i] ?? ''}`)
      .join('\n'),
  );
  writeFileSync(join(api, 'version.h'), '#include <torch/headeronly/version.h>\n');
  const folder = checkout();
  writeFileSync(join(folder, 'native', 'kernel-any.cc'), '#include <ATen/ATen.h>\n');
  expect((await build(folder, cache, { LIBTORCH: top })).stderr).toMatch(compiled('2 of 2'));
});

it('files that a killed build has left are removed after an hour', async () => {
  const [folder, cache] = [checkout(), newCache()];
  const folders = [join(folder, 'build'), join(folder, 'build', 'obj'), join(cache, 'meanfield', 'addons')];
  for (const one of folders) {
    mkdirSync(one, { recursive: true });
    writeFileSync(join(one, 'old.1.new'), '');
    writeFileSync(join(one, 'young.2.new'), '');
    utimesSync(join(one, 'old.1.new'), 1, 1);
  }
  expect((await build(folder, cache)).code).toBe(0);
  for (const one of folders)
    expect(readdirSync(one).filter((name) => name.endsWith('.new'))).toEqual(['young.2.new']);
});

it('a compiler of another name is used', async () => {
  const folder = checkout();
  const wrapper = join(root, 'my-compiler');
  writeFileSync(wrapper, '#!/bin/sh\necho "wrapped" >&2\nexec g++ "$@"\n');
  chmodSync(wrapper, 0o755);
  const { code, stderr } = await build(folder, newCache(), { CXX: wrapper });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^wrapped$/m);
});

/** A libtorch of the installed version whose C++ header is `header`, and whose libraries are `lib`. */
function fakeTorch(name: string, header: string, lib: string): string {
  const top = join(root, name);
  const api = join(top, 'include', 'torch', 'csrc', 'api', 'include', 'torch');
  mkdirSync(join(top, 'include', 'ATen'), { recursive: true });
  mkdirSync(api, { recursive: true });
  symlinkSync(lib, join(top, 'lib'));
  writeFileSync(join(top, 'include', 'ATen', 'ATen.h'), header);
  writeFileSync(
    join(api, 'version.h'),
    ['MAJOR 2', 'MINOR 9', 'PATCH 0'].map((part) => `#define TORCH_VERSION_${part}\n`).join(''),
  );
  return top;
}

const systemLib = (): string =>
  (JSON.parse(readFileSync(join(packageRoot, 'build', 'build.json'), 'utf8')) as { lib: string }).lib;

/** Only the lines that explain. */
const problemsOf = ({ stderr }: Outcome): string[] => stderr.match(/^build: .*$/gm) ?? [];

/** Compiles a library with g++. */
function library(file: string, source: string, ...args: readonly string[]): void {
  execFileSync('g++', ['-shared', '-fPIC', '-x', 'c++', '-', '-o', file, ...args], { input: source });
}

const check = (folder: string, env: NodeJS.ProcessEnv): Promise<Outcome> =>
  runNode([join(folder, 'scripts', 'build-native.mjs'), '--check'], {
    XDG_CACHE_HOME: newCache(),
    MEANFIELD_BUILD_DIR: undefined,
    LIBTORCH_USE_PYTORCH: undefined,
    CXX: undefined,
    ...env,
  });

it('a header that libtorch lacks is one line, from the build and from the check', async () => {
  const LIBTORCH = fakeTorch('few-headers', '', systemLib());
  const folder = checkout();
  writeFileSync(
    join(folder, 'native', 'kernel-any.cc'),
    '#include <torch/csrc/distributed/c10d/Absent.hpp>\n',
  );
  for (const outcome of [await build(folder, newCache(), { LIBTORCH }), await check(folder, { LIBTORCH })]) {
    expect(outcome.code).toBe(3);
    expect(problemsOf(outcome)).toEqual([
      expect.stringMatching(
        /^build: the header torch\/csrc\/distributed\/c10d\/Absent\.hpp is missing from libtorch 2\.9\.0 in .*few-headers\/include: install all of its headers/,
      ),
    ]);
  }
});

it('a compiler without the C++ standard of the headers is one line', async () => {
  const standard =
    '#if __cplusplus < 202002L\n#error C++20 or later compatible compiler is required to use ATen.\n#endif\n';
  const LIBTORCH = fakeTorch('newer-standard', standard, systemLib());
  const folder = checkout();
  writeFileSync(join(folder, 'native', 'kernel-any.cc'), '#include <ATen/ATen.h>\n');
  // One compiler does not know the flag, the other has an unfinished C++20.
  const old = join(root, 'old-g++');
  writeFileSync(
    old,
    `#!/bin/sh\necho "cc1plus: error: unrecognized command-line option '-std=c++20'; did you mean '-std=c++2a'?" >&2\nexit 1\n`,
  );
  const unfinished = join(root, 'unfinished-g++');
  writeFileSync(unfinished, '#!/bin/sh\nexec g++ "$@" -std=c++17\n');
  for (const CXX of [old, unfinished]) {
    chmodSync(CXX, 0o755);
    const outcome = await check(folder, { LIBTORCH, CXX });
    expect(outcome.code).toBe(3);
    expect(problemsOf(outcome)).toEqual([
      `build: libtorch 2.9.0 requires C++20, which ${CXX} does not have: install g++ 11 or newer, and set CXX to it`,
    ]);
  }
  expect(await check(folder, { LIBTORCH })).toMatchObject({ code: 0, stderr: '' });
});

it('a libtorch whose own libraries are missing is one line before anything is compiled', async () => {
  const lib = join(root, 'lib-alone');
  mkdirSync(lib);
  library(join(lib, 'libcupti_test.so'), '');
  library(join(lib, 'libtorch_cpu.so'), '', `-L${lib}`, '-Wl,--no-as-needed', '-lcupti_test');
  rmSync(join(lib, 'libcupti_test.so'));
  const outcome = await build(checkout(), newCache(), { LIBTORCH: fakeTorch('alone', '', lib) });
  expect(outcome.code).toBe(3);
  expect(outcome.stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(
      /^build: libtorch 2\.9\.0 \(.*libtorch_cpu\.so\) needs libcupti_test\.so, which the system does not find: /,
    ),
  ]);
});

it('a libtorch for GPUs without its CUDA packages computes on the CPU', async () => {
  const lib = join(root, 'lib-cuda');
  mkdirSync(lib);
  for (const name of ['libtorch_cpu', 'libc10']) library(join(lib, `${name}.so`), '');
  library(join(lib, 'libcudnn_test.so'), '');
  library(join(lib, 'libtorch_cuda.so'), '', `-L${lib}`, '-Wl,--no-as-needed', '-lcudnn_test');
  const facts = async (): Promise<object> => {
    const folder = checkout();
    expect((await build(folder, newCache(), { LIBTORCH: top })).code).toBe(0);
    expect(await loaded(folder)).toBe('42');
    return JSON.parse(readFileSync(join(folder, 'build', 'build.json'), 'utf8')) as object;
  };
  const top = fakeTorch('cuda', '', lib);
  rmSync(join(lib, 'libcudnn_test.so'));
  expect(await facts()).toMatchObject({ cuda: false, cudaMissing: ['libcudnn_test.so'] });
});

it('the ABI of std::string is that of the library, and a variable that says otherwise is refused', async () => {
  const text =
    'namespace c10::detail { void torchCheckFail(const char*, const char*, unsigned, const std::string&) {} }';
  for (const abi of ['0', '1']) {
    const lib = join(root, `lib-abi-${abi}`);
    mkdirSync(lib);
    library(join(lib, 'libtorch_cpu.so'), '');
    library(join(lib, 'libc10.so'), `#include <string>\n${text}`, `-D_GLIBCXX_USE_CXX11_ABI=${abi}`);
    const LIBTORCH = fakeTorch(`abi-${abi}`, '', lib);
    const folder = checkout();
    writeFileSync(
      join(folder, 'native', 'kernel-any.cc'),
      `#include <string>\n#if _GLIBCXX_USE_CXX11_ABI != ${abi}\n#error another ABI\n#endif\n`,
    );
    expect((await build(folder, newCache(), { LIBTORCH })).code).toBe(0);
    const other = abi === '0' ? '1' : '0';
    const contradicted = await check(folder, { LIBTORCH, LIBTORCH_CXX11_ABI: other });
    expect(problemsOf(contradicted)).toEqual([
      `build: LIBTORCH_CXX11_ABI is ${other}, but the libraries in ${join(LIBTORCH, 'lib')} have ABI ${abi}: unset it`,
    ]);
  }
});

it('Python’s torch is found without importing it', async () => {
  const site = join(root, 'site');
  cpSync(fakeTorch('wheel', '', systemLib()), join(site, 'torch'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  writeFileSync(join(site, 'torch', '__init__.py'), 'raise ImportError("a dependency is missing")\n');
  const python = { LIBTORCH: undefined, LIBTORCH_USE_PYTORCH: '1', PYTHON: 'python3' };
  const folder = checkout();
  expect((await build(folder, newCache(), { ...python, PYTHONPATH: site })).code).toBe(0);
  expect(JSON.parse(readFileSync(join(folder, 'build', 'build.json'), 'utf8'))).toMatchObject({
    found: 'LIBTORCH_USE_PYTORCH',
    lib: join(site, 'torch', 'lib'),
  });
  const none = join(root, 'no-torch');
  writeFileSync(none, '#!/bin/sh\necho\n');
  chmodSync(none, 0o755);
  expect(problemsOf(await check(folder, { ...python, PYTHON: none }))).toEqual([
    expect.stringMatching(
      /^build: LIBTORCH_USE_PYTORCH=1, but .*no-torch has no torch: pip install torch; or /,
    ),
  ]);
});
