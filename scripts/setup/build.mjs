// Builds the native addon, the TypeScript, and the page of `meanfield studio`.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { digest, remember, remembered } from './stamps.mjs';
import { fail, root, run } from './steps.mjs';

/** @returns a summary */
export function buildAddon() {
  const addon = join(process.env.MEANFIELD_BUILD_DIR ?? join(root, 'build'), 'meanfield.node');
  const time = () => (existsSync(addon) ? statSync(addon).mtimeMs : 0);
  const before = time();
  // Compiling takes minutes on a small machine: show the compiler's output as it comes.
  run(
    process.execPath,
    ['scripts/build-native.mjs'],
    'see above; g++ and libtorch with its headers are needed',
    { stdio: 'inherit' },
  );
  return time() === before ? 'present' : 'built';
}

/** @returns a summary */
export function compileTypeScript() {
  const sources = ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
  const info = join(root, 'dist', '.tsbuildinfo');
  const main = join(root, 'dist', 'cli', 'main.js');
  // Sources are read before they are compiled: they may change meanwhile. The record of tsc is read after: somebody may have
  // compiled other sources by hand since.
  const compiled = digest(sources);
  const stamp = () => `${compiled} ${digest(['dist/.tsbuildinfo'])}`;
  if (existsSync(main) && remembered('typescript') === stamp()) return 'present';
  // tsc trusts its record of written files even if they are gone.
  if (!existsSync(main)) rmSync(info, { force: true });
  run(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
    'the TypeScript sources do not compile, see above',
  );
  removeLeftovers(join(root, 'dist'), join(root, 'src'));
  remember('typescript', stamp());
  return 'compiled';
}

/** Removes what tsc wrote for sources that no longer exist: it would be published. */
export function removeLeftovers(dist, src) {
  const bundles = ['page', 'page-export'].map((name) => join(dist, name));
  for (const entry of readdirSync(dist, { withFileTypes: true, recursive: true })) {
    const folder = entry.parentPath ?? entry.path;
    if (!entry.isFile() || bundles.some((bundle) => `${folder}/`.startsWith(`${bundle}/`))) continue;
    const source = join(src, relative(dist, folder), entry.name.replace(/\.(js|d\.ts)(\.map)?$/, '.ts'));
    if (entry.name.endsWith('.map') || (/\.(js|d\.ts)$/.test(entry.name) && !existsSync(source)))
      rmSync(join(folder, entry.name));
  }
}

const pages = ['page/index.html', 'page-export/export.html'].map((name) => join('dist', name));

/** Builds the pages of the server and of exported folders. @returns a summary */
export function buildPage() {
  const sources = ['src', 'package.json', 'package-lock.json', 'vite.config.ts'];
  // index.html names every other file by its content: a page that was built by hand from other sources shows there.
  const bundled = digest(sources);
  const stamp = () => `${bundled} ${digest(pages)}`;
  if (pages.every((page) => existsSync(join(root, page))) && remembered('page') === stamp()) return 'present';
  for (const mode of ['production', 'export'])
    run(
      process.execPath,
      ['node_modules/vite/bin/vite.js', 'build', '--mode', mode, '--logLevel', 'warn'],
      'the page of the Studio does not build, see above',
    );
  remember('page', stamp());
  return 'built';
}

/** Checks that an installed package has what a checkout builds. @returns a summary */
export function checkPackage() {
  const missing = [join('dist', 'cli', 'main.js'), ...pages].find((file) => !existsSync(join(root, file)));
  if (missing !== undefined) fail(`${join(root, missing)} is missing: install the package again`);
  return 'complete';
}
