#!/usr/bin/env node
// Compiles native/ into build/meanfield.node. Plain Node; the only dependency is the Node-API headers. Looks for
// libtorch in LIBTORCH, then in Python's torch if LIBTORCH_USE_PYTORCH=1, then in the system. Compiles only changed
// files, in milliseconds if there are none; `--force` compiles all.
import { createHash } from 'node:crypto';
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const build = process.env.MEANFIELD_BUILD_DIR ?? join(root, 'build');
const source = join(root, 'native');

function fail(message) {
  console.error(`build: ${message}`);
  process.exit(3);
}

/** { include: string[], lib: string, abi: '0' | '1', found: string } */
function findLibtorch() {
  const tried = [];
  const candidate = (found, top, lib, abi) => {
    const include = [join(top, 'include'), join(top, 'include', 'torch', 'csrc', 'api', 'include')];
    tried.push(`${found}: ${join(include[0], 'ATen', 'ATen.h')}`);
    return existsSync(join(include[0], 'ATen', 'ATen.h')) ? { include, lib, abi, found } : undefined;
  };
  const { LIBTORCH, LIBTORCH_LIB, LIBTORCH_INCLUDE, LIBTORCH_USE_PYTORCH, LIBTORCH_CXX11_ABI } = process.env;
  const help =
    'install libtorch (Debian, Ubuntu: apt-get install libtorch-dev), or set LIBTORCH to a folder with include/ and lib/, ' +
    'or LIBTORCH_USE_PYTORCH=1 to use the torch of python3';
  let result;
  const triple = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch] ?? process.arch;
  if (LIBTORCH) {
    // Absolute, because the addon stores it.
    const top = resolve(LIBTORCH);
    const lib = LIBTORCH_LIB
      ? resolve(LIBTORCH_LIB)
      : ([join(top, 'lib'), join(top, 'lib', triple)].find((folder) =>
          existsSync(join(folder, 'libtorch_cpu.so')),
        ) ?? join(top, 'lib'));
    result = candidate(
      'LIBTORCH',
      LIBTORCH_INCLUDE ? resolve(LIBTORCH_INCLUDE) : top,
      lib,
      LIBTORCH_CXX11_ABI ?? '1',
    );
  } else if (LIBTORCH_USE_PYTORCH === '1') {
    try {
      const code =
        'import os, torch; print(os.path.dirname(torch.__file__)); print(int(torch.compiled_with_cxx11_abi()))';
      const [top, abi] = execFileSync(process.env.PYTHON ?? 'python3', ['-c', code], { encoding: 'utf8' })
        .trim()
        .split('\n');
      result = candidate('LIBTORCH_USE_PYTORCH', top, join(top, 'lib'), abi);
    } catch (error) {
      fail(
        `LIBTORCH_USE_PYTORCH=1, but python3 cannot import torch (${String(error.message).split('\n').at(-2) ?? ''}); ${help}`,
      );
    }
  } else {
    result =
      candidate('system', '/usr', `/usr/lib/${triple}`, '1') ??
      candidate('system', '/usr/local', '/usr/local/lib', '1');
  }
  if (!result) fail(`libtorch not found; tried ${tried.join('; ')}; ${help}`);
  if (!existsSync(join(result.lib, 'libtorch_cpu.so'))) fail(`no libtorch_cpu.so in ${result.lib}; ${help}`);
  return result;
}

function torchVersion(include) {
  const text = readFileSync(join(include[1], 'torch', 'version.h'), 'utf8');
  const part = (name) => text.match(new RegExp(`define TORCH_VERSION_${name} (\\d+)`))?.[1];
  const version = ['MAJOR', 'MINOR', 'PATCH'].map(part).join('.');
  const [major, minor] = version.split('.').map(Number);
  if (process.env.LIBTORCH_BYPASS_VERSION_CHECK !== '1' && !(major === 2 || (major === 1 && minor >= 13)))
    fail(
      `libtorch ${version} found, 1.13 or 2.x required (LIBTORCH_BYPASS_VERSION_CHECK=1 skips this check)`,
    );
  return version;
}

function nodeHeaders() {
  const folder = join(root, 'node_modules', 'node-api-headers', 'include');
  if (!existsSync(join(folder, 'node_api.h'))) fail('node-api-headers is missing: run npm ci first');
  return folder;
}

/** Identifies a library file: the loader rejects an addon built against another one. */
function fingerprint(file) {
  const real = realpathSync(file);
  return { path: real, size: statSync(real).size };
}

const torch = findLibtorch();
const version = torchVersion(torch.include);
const cuda = existsSync(join(torch.lib, 'libtorch_cuda.so'));
const compiler = process.env.CXX ?? 'g++';
const flags = [
  '-std=c++17',
  '-O2',
  '-fPIC',
  '-fopenmp',
  '-Wall',
  '-Wextra',
  '-Wno-unused-parameter',
  '-Wno-sign-compare',
  '-Wno-comment',
  '-Wno-psabi',
  '-ffp-contract=fast',
  '-fvisibility=hidden',
  '-DNAPI_VERSION=8',
  '-DNODE_GYP_MODULE_NAME=meanfield',
  `-D_GLIBCXX_USE_CXX11_ABI=${torch.abi}`,
];
const headersOfNode = nodeHeaders();
// The compiler searches /usr/include anyway; -isystem would break the standard library's include_next.
const includes = [...torch.include, headersOfNode]
  .filter((folder) => folder !== '/usr/include')
  .map((folder) => `-isystem${folder}`);

function list(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));
}
const library = fingerprint(join(torch.lib, 'libtorch_cpu.so'));
const sha256 = (parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');
// No paths: a moved or copied checkout or libtorch counts as the same.
const everything = [
  [compiler, ...flags, version, library.size].join('\n'),
  ...[...list(source, '.h'), ...list(headersOfNode, '.h')].map((file) => readFileSync(file)),
];
const stampOf = (file, defined) => sha256([...everything, defined.join('\n'), readFileSync(file)]);

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', (error) =>
      fail(`cannot run ${command}: ${error.message} (Debian, Ubuntu: apt-get install g++)`),
    );
    child.on('close', (code) =>
      code === 0 ? resolve() : fail(`${command} failed with exit code ${code} (above)`),
    );
  });
}

const started = Date.now();
const files = list(source, '.cc');
// Copies of the package in one process share operators if they come from one build; otherwise each has its own.
const named = (file) =>
  relative(source, file) === 'operators.cc' ? [`-DMEANFIELD_NAMESPACE="meanfield_${buildName}"`] : [];
const buildName = sha256([...everything, ...files.map((file) => readFileSync(file))]).slice(0, 12);
const units = files.map((file) => {
  const defined = named(file);
  const object = join(build, 'obj', `${relative(source, file).replaceAll('/', '_')}.o`);
  const stamp = stampOf(file, defined);
  const stampFile = `${object}.stamp`;
  const fresh =
    !process.argv.includes('--force') &&
    existsSync(object) &&
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === stamp;
  return { file, defined, object, stamp, stampFile, fresh };
});
mkdirSync(join(build, 'obj'), { recursive: true });
const pending = units.filter((unit) => !unit.fresh);
const queue = [...pending];
await Promise.all(
  Array.from({ length: Math.min(availableParallelism(), queue.length) }, async () => {
    for (let unit = queue.shift(); unit; unit = queue.shift()) {
      await run(compiler, [...flags, ...includes, ...unit.defined, '-c', unit.file, '-o', unit.object]);
      writeFileSync(unit.stampFile, unit.stamp);
    }
  }),
);

const addon = join(build, 'meanfield.node');
const facts = {
  torchVersion: version,
  found: torch.found,
  lib: torch.lib,
  cuda,
  library,
  objects: units.map((unit) => unit.stamp),
};
const factsFile = join(build, 'build.json');
const text = `${JSON.stringify(facts, null, 2)}\n`;
if (
  pending.length > 0 ||
  !existsSync(addon) ||
  !existsSync(factsFile) ||
  readFileSync(factsFile, 'utf8') !== text
) {
  // The CUDA library registers itself when loaded; the linker would drop it as unused.
  const libraries = [
    '-ltorch_cpu',
    '-lc10',
    ...(cuda ? ['-Wl,--no-as-needed', '-ltorch_cuda', '-lc10_cuda', '-ltorch'] : []),
  ];
  await run(compiler, [
    '-shared',
    '-fopenmp',
    ...units.map((unit) => unit.object),
    `-L${torch.lib}`,
    ...libraries,
    `-Wl,-rpath,${torch.lib}`,
    // Its registrations and allocations outlive the thread that loaded it.
    '-Wl,-z,nodelete',
    '-o',
    `${addon}.new`,
  ]);
  // Rename, so that a running process keeps the file it has loaded.
  renameSync(`${addon}.new`, addon);
  writeFileSync(`${factsFile}.new`, text);
  renameSync(`${factsFile}.new`, factsFile);
  console.error(
    `build: compiled ${pending.length} of ${units.length} files against libtorch ${version} (${torch.found}) in ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
}
