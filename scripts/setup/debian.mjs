// Installs missing Debian and Ubuntu packages.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { asRoot, shellLine } from './root-rights.mjs';
import { attempt, fail, run, say } from './steps.mjs';

const compiler = ['g++'];
const torch = ['libtorch-dev', 'libgloo-dev', 'libdnnl-dev'];
// The OpenMP flavour shares libtorch's threads; its -dev package keeps packages such as scipy's from installing the
// pthread flavour.
const blas = ['libopenblas0-openmp', 'libopenblas-openmp-dev'];
const data = ['dataset-fashion-mnist', 'fonts-dejavu-core'];
// chromium opens the Studio's pages.
const tests = ['python3-torch', 'python3-numpy', 'python3-scipy', 'python3-pot', 'chromium'];

const environment = ['env', 'DEBIAN_FRONTEND=noninteractive'];
// Unattended upgrades hold the lock for minutes on a freshly started machine.
const lockTimeout = ['-o', 'DPkg::Lock::Timeout=300'];

/** The user provides libtorch: Debian's is not needed. */
const isLibtorchProvided = () => Boolean(process.env.LIBTORCH) || process.env.LIBTORCH_USE_PYTORCH === '1';

function missing(packages) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f=${Package} ${db:Status-Abbrev}\n', ...packages], {
    encoding: 'utf8',
  });
  // The second letter of the status: 'ii' is installed, 'hi' is installed and held.
  const installed = new Set((stdout ?? '').split('\n').flatMap((line) => /^(\S+) .i/.exec(line)?.[1] ?? []));
  return packages.filter((name) => !installed.has(name));
}

/** @returns a summary */
export function installDebianPackages(forTests) {
  if (process.env.MEANFIELD_SKIP_APT === '1') return 'skipped (MEANFIELD_SKIP_APT)';
  const wanted = [
    ...compiler,
    ...(isLibtorchProvided() ? [] : torch),
    ...blas,
    ...data,
    ...(forTests ? tests : []),
  ];
  if (!existsSync('/usr/bin/apt-get')) return withoutApt(wanted);
  const absent = missing(wanted);
  if (absent.length === 0) return 'present';
  install(absent);
  return `installed ${absent.join(' ')}`;
}

function withoutApt(wanted) {
  if (isLibtorchProvided() || existsSync('/usr/include/ATen/ATen.h')) return 'skipped (no apt-get)';
  return fail(
    'apt-get is not available. Install the contents of these Debian packages: ' +
      `${wanted.join(' ')}; set LIBTORCH to libtorch's folder (with include/ and lib/), or LIBTORCH_USE_PYTORCH=1 ` +
      'to use the torch of python3; then run this again',
  );
}

function install(absent) {
  const update = [...environment, 'apt-get', 'update', '-qq', ...lockTimeout];
  const add = [
    ...environment,
    'apt-get',
    'install',
    '-y',
    '-qq',
    '--no-install-recommends',
    ...lockTimeout,
    ...absent,
  ];
  const byHand = `${shellLine(['apt-get', 'update'])} && ${shellLine(['apt-get', 'install', '-y', '--no-install-recommends', ...absent])}`;
  const advice =
    `run it by hand: ${byHand}; or bring your own libtorch (LIBTORCH=its folder), ` +
    'or skip this step (MEANFIELD_SKIP_APT=1)';
  const rooted = asRoot(update);
  if (!rooted) fail(`${absent.join(' ')} missing, and neither root nor \`sudo -n\` here: ${advice}`);

  say(`installing ${absent.join(' ')} (minutes the first time)`);
  // A broken third-party package source need not matter: let the installation decide.
  const { good, last, why } = attempt(rooted[0], rooted.slice(1));
  if (!good) say(`${why}, continuing:\n${last}`);
  const [command, ...args] = asRoot(add);
  run(command, args, advice);
}
