// Finds libtorch: LIBTORCH, then Python's torch if LIBTORCH_USE_PYTORCH=1, then the system.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail } from './fail.mjs';

const help =
  'install libtorch (Debian, Ubuntu: apt-get install libtorch-dev), or set LIBTORCH to a folder with include/ and lib/, ' +
  'or LIBTORCH_USE_PYTORCH=1 to use the torch of python3';
const triple = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch] ?? process.arch;

/** The folders with headers and libraries, the ABI ('0' or '1'), and which variable led there. */
function locate() {
  const tried = [];
  const candidate = (found, top, lib, abi) => {
    const include = [join(top, 'include'), join(top, 'include', 'torch', 'csrc', 'api', 'include')];
    tried.push(`${found}: ${join(include[0], 'ATen', 'ATen.h')}`);
    return existsSync(join(include[0], 'ATen', 'ATen.h')) ? { include, lib, abi, found } : undefined;
  };
  const { LIBTORCH, LIBTORCH_LIB, LIBTORCH_INCLUDE, LIBTORCH_USE_PYTORCH, LIBTORCH_CXX11_ABI } = process.env;
  let result;
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

/**
 * libtorch's headers, libraries, version and C++ standard. `library` identifies the library's file: the loader rejects an addon
 * that was built against another one.
 */
export function findLibtorch() {
  const located = locate();
  const version = versionOf(located.include);
  const path = realpathSync(join(located.lib, 'libtorch_cpu.so'));
  return {
    ...located,
    version,
    standard: standardOf(located.include),
    cuda: existsSync(join(located.lib, 'libtorch_cuda.so')),
    library: { path, size: statSync(path).size },
  };
}
