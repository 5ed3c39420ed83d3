// Facts about libtorch's libraries, read without loading them.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The ABI of std::string that the libraries were compiled with, '0' or '1', from a function that takes one: PyTorch's
 * wheels had the old one until 2.6. Undefined if the library does not tell.
 */
export function abiOf(lib) {
  const file = join(lib, 'libc10.so');
  if (!existsSync(file)) return undefined;
  const taken = /_ZN3c106detail14torchCheckFailEPKcS2_jRK(Ss|NSt7__cxx11)/.exec(readFileSync(file, 'latin1'));
  return taken ? (taken[1] === 'Ss' ? '0' : '1') : undefined;
}

/** The libraries and versions of the C library that a library needs and the system's loader does not find. */
export function missingFor(library) {
  const { stdout, stderr } = spawnSync('ldd', [library], { encoding: 'utf8' });
  const said = `${stdout ?? ''}${stderr ?? ''}`;
  const all = (pattern) => [...new Set([...said.matchAll(pattern)].map(([, name]) => name))];
  return {
    libraries: all(/^\s*(\S+) => not found/gm),
    versions: all(/version `((?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)' not found/g),
  };
}
