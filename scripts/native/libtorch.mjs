// Finds libtorch: LIBTORCH, then Python's torch if LIBTORCH_USE_PYTORCH=1, then the system.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail } from './fail.mjs';
import { abiOf, missingFor } from './libraries.mjs';

const help =
  'install libtorch (Debian, Ubuntu: apt-get install libtorch-dev), or set LIBTORCH to a folder with include/ and lib/, ' +
  'or LIBTORCH_USE_PYTORCH=1 to use the torch of python3';
const triple = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch] ?? process.arch;

const python = process.env.PYTHON ?? 'python3';

/** The folder of Python's torch. It is not imported: that takes seconds, and all of its dependencies. */
function pythonTorch() {
  const code =
    'import importlib.util; found = importlib.util.find_spec("torch"); print(found.submodule_search_locations[0] if found else "")';
  let folder = '';
  try {
    folder = execFileSync(python, ['-c', code], { encoding: 'utf8' }).trim();
  } catch (error) {
    fail(`LIBTORCH_USE_PYTORCH=1, but ${python} does not run (${error.message.split('\n')[0]}); ${help}`);
  }
  return folder || fail(`LIBTORCH_USE_PYTORCH=1, but ${python} has no torch: pip install torch; or ${help}`);
}

/** The folders with headers and libraries, and which variable led there. */
function locate() {
  const tried = [];
  const candidate = (found, top, lib) => {
    const include = [join(top, 'include'), join(top, 'include', 'torch', 'csrc', 'api', 'include')];
    tried.push(`${found}: ${join(include[0], 'ATen', 'ATen.h')}`);
    return existsSync(join(include[0], 'ATen', 'ATen.h')) ? { include, lib, found } : undefined;
  };
  const { LIBTORCH, LIBTORCH_LIB, LIBTORCH_INCLUDE, LIBTORCH_USE_PYTORCH } = process.env;
  let result;
  if (LIBTORCH) {
    // Absolute, because the addon stores it.
    const top = resolve(LIBTORCH);
    const lib = LIBTORCH_LIB
      ? resolve(LIBTORCH_LIB)
      : ([join(top, 'lib'), join(top, 'lib', triple)].find((folder) =>
          existsSync(join(folder, 'libtorch_cpu.so')),
        ) ?? join(top, 'lib'));
    result = candidate('LIBTORCH', LIBTORCH_INCLUDE ? resolve(LIBTORCH_INCLUDE) : top, lib);
  } else if (LIBTORCH_USE_PYTORCH === '1') {
    const top = pythonTorch();
    result = candidate('LIBTORCH_USE_PYTORCH', top, join(top, 'lib'));
  } else {
    result =
      candidate('system', '/usr', `/usr/lib/${triple}`) ??
      candidate('system', '/usr/local', '/usr/local/lib');
  }
  if (!result) fail(`libtorch not found; tried ${tried.join('; ')}; ${help}`);
  if (!existsSync(join(result.lib, 'libtorch_cpu.so'))) fail(`no libtorch_cpu.so in ${result.lib}; ${help}`);
  return result;
}

function versionOf(include) {
  // Recent versions define the numbers in a header that the first one includes.
  const text = [join(include[1], 'torch', 'version.h'), join(include[0], 'torch', 'headeronly', 'version.h')]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const part = (name) => text.match(new RegExp(`define TORCH_VERSION_${name} (\\d+)`))?.[1];
  const version = ['MAJOR', 'MINOR', 'PATCH'].map(part).join('.');
  const [major, minor] = version.split('.').map(Number);
  if (process.env.LIBTORCH_BYPASS_VERSION_CHECK !== '1' && !(major === 2 || (major === 1 && minor >= 13)))
    fail(
      `libtorch ${version} found, 1.13 or 2.x required (LIBTORCH_BYPASS_VERSION_CHECK=1 skips this check)`,
    );
  return version;
}

/** The C++ standard that the headers require: their own check compares the compiler's with it. */
const standardOf = (include) =>
  /__cplusplus < 202002L/.test(readFileSync(join(include[0], 'ATen', 'ATen.h'), 'utf8')) ? 'c++20' : 'c++17';

/** The ABI of std::string, '0' or '1': the library's own, else as the user says. */
function stringAbi(lib, problems) {
  const [own, said] = [abiOf(lib), process.env.LIBTORCH_CXX11_ABI];
  if (own && said && own !== said)
    problems.push(`LIBTORCH_CXX11_ABI is ${said}, but the libraries in ${lib} have ABI ${own}: unset it`);
  return own ?? said ?? '1';
}

/** Why the library would not load, one line per reason. */
function loadProblems(version, library) {
  const { libraries, versions } = missingFor(library);
  const it = `libtorch ${version} (${library})`;
  return [
    ...(libraries.length
      ? [
          `${it} needs ${libraries.join(', ')}, which the system does not find: install what it depends on (pip: without --no-deps), ` +
            'or add the folder to LD_LIBRARY_PATH',
        ]
      : []),
    ...(versions.length
      ? [
          `${it} needs ${versions.join(', ')}, and the C libraries of this system are older: use an older libtorch, or a newer system`,
        ]
      : []),
  ];
}

/**
 * libtorch's headers, libraries, version, ABI and C++ standard. `library` identifies the library's file: the loader
 * rejects an addon that was built against another one. `problems`: what keeps an addon from loading, one line each.
 */
export function findLibtorch() {
  const located = locate();
  const version = versionOf(located.include);
  const problems = [];
  const abi = stringAbi(located.lib, problems);
  const path = realpathSync(join(located.lib, 'libtorch_cpu.so'));
  problems.push(...loadProblems(version, path));
  const cudaLibrary = join(located.lib, 'libtorch_cuda.so');
  // A wheel for GPUs also computes on a CPU, where its CUDA packages may be absent.
  const cudaMissing = existsSync(cudaLibrary) ? missingFor(cudaLibrary).libraries : [];
  return {
    ...located,
    version,
    abi,
    standard: standardOf(located.include),
    cuda: existsSync(cudaLibrary) && cudaMissing.length === 0,
    cudaMissing,
    library: { path, size: statSync(path).size },
    problems,
  };
}
