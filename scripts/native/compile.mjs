// Compiles the changed files of native/ on all cores, and links the addon.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { diagnose } from './diagnosis.mjs';
import { fail } from './fail.mjs';
import { list, removeAbandoned, replaceFile, sha256, temporaryName } from './files.mjs';

export const compiler = process.env.CXX || 'g++';

/**
 * Sources that are compiled together: parsing libtorch's headers takes most of the time, and a group parses them once.
 * The loops of the kernels, which include none of them, are compiled one by one.
 */
function groupOf(path) {
  if (/-(any|avx2|avx512.*)\.cc$/.test(path)) return path;
  return path.startsWith('kernels/') || path === 'autograd.cc' || path === 'operators.cc'
    ? 'autograd'
    : 'engine';
}

const flagsFor = (torch) => [
  `-std=${torch.standard}`,
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

/** The headers are a dependency: npm may install them beside this package or above it. */
function nodeHeaders() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include');
  } catch {
    return fail(
      'the package node-api-headers is missing: run `npm ci` in a checkout, else install meanfield again',
    );
  }
}

/** The translation units of `native/`, each with a stamp: the digest of everything that its object depends on. */
export function plan(source, build, torch) {
  const objects = join(build, 'obj');
  const headers = nodeHeaders();
  const flags = flagsFor(torch);
  // No paths: a moved or copied checkout or libtorch counts as the same.
  const everything = [
    [process.arch, compiler, ...flags, torch.version, torch.library.size].join('\n'),
    ...[...list(source, '.h'), ...list(headers, '.h')].map((file) => readFileSync(file)),
  ];
  const paths = list(source, '.cc').map((file) => relative(source, file));
  const contents = (some) => some.flatMap((path) => [path, readFileSync(join(source, path))]);
  // Copies of the package in one process share operators if they come from one build; otherwise each has its own.
  const name = sha256(...everything, ...contents(paths)).slice(0, 12);
  // The compiler searches /usr/include anyway; -isystem would break the standard library's include_next.
  const includes = [...torch.include, headers]
    .filter((folder) => folder !== '/usr/include')
    .map((folder) => `-isystem${folder}`);
  const units = [...new Set(paths.map(groupOf))].map((group) => {
    const members = paths.filter((path) => groupOf(path) === group);
    const defined = members.includes('operators.cc') ? [`-DMEANFIELD_NAMESPACE="meanfield_${name}"`] : [];
    const object = join(objects, `${group.replaceAll('/', '_')}.o`);
    const stamp = sha256(...everything, defined.join('\n'), ...contents(members));
    const text = members.map((path) => `#include "${path}"\n`).join('');
    return { members, text, defined, object, stamp, stampFile: `${object}.stamp` };
  });
  return { build, objects, units, args: [...flags, ...includes, `-I${source}`] };
}

/** Runs a command that writes a file; the file appears when it is complete. */
async function produce(file, torch, args, input = '') {
  const child = spawn(compiler, [...args, '-o', temporaryName(file)], {
    stdio: ['pipe', 'inherit', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output += text;
    process.stderr.write(text);
  });
  // A compiler that fails at once does not read its input.
  child.stdin.on('error', () => undefined).end(input);
  const code = await new Promise((resolve) => {
    child.on('error', (error) =>
      fail(`cannot run ${compiler}: ${error.message} (Debian, Ubuntu: apt-get install g++)`),
    );
    child.on('close', resolve);
  });
  if (code !== 0)
    fail(diagnose(output, torch, compiler) ?? `${compiler} failed with exit code ${code} (above)`);
  renameSync(temporaryName(file), file);
}

const isFresh = ({ object, stamp, stampFile }) =>
  existsSync(object) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;

/** Compiles what changed since the last time, or everything. @returns the number of compiled units */
export async function compile({ build, objects, units, args }, torch, force) {
  const pending = units.filter((unit) => force || !isFresh(unit));
  // Large units first: begun last, one of them would run alone.
  const queue = [...pending].sort((a, b) => b.members.length - a.members.length);
  mkdirSync(objects, { recursive: true });
  for (const folder of [build, objects]) removeAbandoned(folder);
  await Promise.all(
    Array.from({ length: Math.min(availableParallelism(), queue.length) }, async () => {
      for (let unit = queue.shift(); unit; unit = queue.shift()) {
        await produce(unit.object, torch, [...args, ...unit.defined, '-x', 'c++', '-c', '-'], unit.text);
        replaceFile(unit.stampFile, unit.stamp);
      }
    }),
  );
  return pending.length;
}

/**
 * The arguments after the objects. OpenMP's functions are left to libtorch's own runtime, whatever its name: a second
 * one in the process would have threads of its own.
 */
export function linkArgs(torch) {
  // The CUDA library registers itself when loaded; the linker would drop it as unused.
  const cuda = ['-Wl,--no-as-needed', '-ltorch_cuda', '-lc10_cuda', '-ltorch'];
  return [
    `-L${torch.lib}`,
    '-ltorch_cpu',
    '-lc10',
    ...(torch.cuda ? cuda : []),
    `-Wl,-rpath,${torch.lib}`,
    // Its registrations and allocations outlive the thread that loaded it.
    '-Wl,-z,nodelete',
  ];
}

export async function link({ units }, torch, addon) {
  await produce(addon, torch, ['-shared', ...units.map((unit) => unit.object), ...linkArgs(torch)]);
}
