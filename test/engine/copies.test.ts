/** Several copies of the package in one process, as a dependency tree can bring them, and a moved checkout. */
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { buildFolder, packageRoot } from '../../src/native/index.ts';
import { runNode, Workshop } from './children.ts';

const workshop = Workshop.open();

/** A second copy of the package's modules and addon, in a folder of the workshop. */
function copyPackage(name: string): string {
  const copy = join(workshop.folder, name);
  mkdirSync(join(copy, 'build'), { recursive: true });
  writeFileSync(join(copy, 'package.json'), '{"type":"module"}');
  cpSync(join(workshop.folder, 'dist'), join(copy, 'dist'), { recursive: true });
  for (const file of ['meanfield.node', 'build.json'])
    cpSync(join(realpathSync(buildFolder()), file), join(copy, 'build', file));
  return copy;
}

/** The name of a build's operator namespace. */
const nameInAddon = /meanfield_[\da-f]{12}/g;
const otherName = 'meanfield_00112233aabb';

let copy = '';
let otherBuild = '';
beforeAll(() => {
  copy = copyPackage('copy');
  // Another version has other sources, hence another name.
  otherBuild = copyPackage('other-build');
  const addon = join(otherBuild, 'build', 'meanfield.node');
  const text = readFileSync(addon, 'latin1');
  expect(new Set(text.match(nameInAddon)).size).toBe(1);
  writeFileSync(addon, text.replaceAll(nameInAddon, otherName), 'latin1');
});

const moduleOf = (folder: string): string => pathToFileURL(join(folder, 'dist', 'tensor', 'index.js')).href;

/** One of the project's own convolutions, in the package of a module; each output sums 9 x 16 ones. */
const compute = `const compute = async (url) => {
  const { ops, scope } = await import(url);
  return scope(() => {
    const [x, w] = [ops.ones([1, 16, 4, 4], 'f32'), ops.ones([16, 16, 3, 3], 'f32')];
    return ops.conv3x3(x, w, null, null, false, 1).toArray()[5];
  });
};`;

it('copies of one build share operators, another build has its own, and all work', async () => {
  const urls = [workshop.folder, copy, otherBuild].map(moduleOf);
  const { code, signal, stdout, stderr } = await workshop.run(
    'copies.mjs',
    `${compute}
for (const url of ${JSON.stringify([...urls, urls[0]])}) console.log(await compute(url));`,
    { env: { MEANFIELD_BUILD_DIR: undefined } },
  );
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  expect(stdout).toBe('144\n144\n144\n144\n');
});

it('copies in their own threads, at once and in sequence, leave the process healthy', async () => {
  const body = `${compute}
import { parentPort, workerData } from 'node:worker_threads';
parentPort.postMessage(await compute(workerData));`;
  const worker = join(workshop.folder, 'copy-worker.mjs');
  writeFileSync(worker, body);
  const { code, signal, stdout, stderr } = await workshop.run(
    'copies-in-threads.mjs',
    `import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
const compute = async (url) => {
  const worker = new Worker(${JSON.stringify(worker)}, { workerData: url });
  const [[answer]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  return answer;
};
const urls = ${JSON.stringify([workshop.folder, copy, otherBuild].map(moduleOf))};
for (let round = 0; round < 2; round++) console.log(...(await Promise.all(urls.map(compute))));
for (const url of urls) console.log(await compute(url));`,
    { env: { MEANFIELD_BUILD_DIR: undefined } },
  );
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  expect(stdout).toBe('144 144 144\n144 144 144\n144\n144\n144\n');
});

it('another libtorch in the process is reported before the addon is loaded', async () => {
  const packages = join(packageRoot, 'node_modules', '@resvg');
  const native = readdirSync(packages, { recursive: true })
    .map(String)
    .find((file) => file.endsWith('.node'));
  const other = join(workshop.folder, 'libtorch_cpu.so.9');
  cpSync(join(packages, native!), other, { dereference: true });
  const { stderr } = await workshop.run(
    'other-libtorch.mjs',
    `process.dlopen({ exports: {} }, ${JSON.stringify(other)});
try { tensor.tensor([1]); } catch (error) { console.error(error.name + ': ' + error.message); }`,
    { env: { LIBTORCH_BYPASS_VERSION_CHECK: '' } },
  );
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(
    /^MissingEnvironmentError: .*another libtorch, .*libtorch_cpu\.so\.9, is already loaded in this process/,
  );
});

it('a copied checkout compiles nothing', async () => {
  const moved = join(workshop.folder, 'moved');
  mkdirSync(join(moved, 'node_modules'), { recursive: true });
  for (const folder of ['native', 'scripts'])
    cpSync(join(packageRoot, folder), join(moved, folder), { recursive: true });
  cpSync(realpathSync(buildFolder()), join(moved, 'build'), { recursive: true });
  symlinkSync(
    realpathSync(join(packageRoot, 'node_modules', 'node-api-headers')),
    join(moved, 'node_modules', 'node-api-headers'),
  );
  const addon = join(moved, 'build', 'meanfield.node');
  const before = statSync(addon).mtimeMs;
  const outcome = await runNode([join(moved, 'scripts', 'build-native.mjs')], {
    // No compiler in the path, and nothing in the cache.
    PATH: '/nowhere',
    CXX: '',
    XDG_CACHE_HOME: join(workshop.folder, 'cache'),
    MEANFIELD_BUILD_DIR: undefined,
  });
  expect(outcome).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  expect(statSync(addon).mtimeMs).toBe(before);
});
