// Checks whether node_modules matches package-lock.json on this machine, and installs it if not.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digest, remember, remembered } from './stamps.mjs';
import { root, run, say } from './steps.mjs';

function packagesOf(...path) {
  const file = join(root, ...path);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

function libc() {
  if (process.platform !== 'linux') return undefined;
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
}

/** npm's rule for os, cpu and libc of a package: no list fits all, '!x' fits all but x. */
function fits(list, value) {
  if (!list || value === undefined) return true;
  const refused = list.filter((one) => one.startsWith('!'));
  return refused.length === list.length ? !list.includes(`!${value}`) : list.includes(value);
}

/** Describes the difference that npm would fix; undefined if there is none. Reads npm's record of its installation. */
function difference() {
  const locked = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules', '.package-lock.json');
  if (!installed) return 'not installed';
  let machine;
  for (const [path, wanted] of Object.entries(locked)) {
    if (path === '') continue;
    const found = installed[path];
    if (found) {
      if (found.version !== wanted.version || found.integrity !== wanted.integrity)
        return `${path} is ${found.version}, not ${wanted.version}`;
      if (!existsSync(join(root, path, 'package.json'))) return `${path} is gone`;
      continue;
    }
    if (!wanted.optional) return `${path} is missing`;
    // A copy from another machine has that machine's binaries.
    if (!wanted.os && !wanted.cpu) continue;
    machine ??= { os: process.platform, cpu: process.arch, libc: libc() };
    if (Object.entries(machine).every(([key, value]) => fits(wanted[key], value)))
      return `${path}, which this machine needs, is missing`;
  }
  return Object.keys(installed).find((path) => !(path in locked));
}

/** @returns a summary */
export function installNpmPackages() {
  const before = difference();
  if (before === undefined) return 'present';
  // If npm disagrees, trust npm; otherwise this would reinstall every time.
  const accepted = (reason) =>
    digest(['package-lock.json'], process.platform, process.arch, process.versions.modules, reason);
  if (remembered('npm') === accepted(before)) return 'present';
  if (before !== 'not installed') say(`node_modules differs from package-lock.json: ${before}`);
  run(
    'npm',
    ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    'npm is needed (Debian: apt-get install npm), and it must reach its registry (check proxy and certificates with `npm ping`)',
  );
  const after = difference();
  if (after !== undefined) remember('npm', accepted(after));
  return 'installed';
}
