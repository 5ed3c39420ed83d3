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
const isLibtorchProvided = () =>
  Boolean(process.env.LIBTORCH) ||
  process.env.LIBTORCH_USE_PYTORCH === '1' ||
  existsSync('/usr/local/include/ATen/ATen.h');

/** A compiler from elsewhere does as well. */
const isCompilerProvided = () =>
  spawnSync(process.env.CXX || 'g++', ['--version'], { stdio: 'ignore' }).status === 0;

function missing(packages) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f=${Package} ${db:Status-Abbrev}\n', ...packages], {
    encoding: 'utf8',
  });
  // The second letter of the status: 'ii' is installed, 'hi' is installed and held.
  const installed = new Set((stdout ?? '').split('\n').flatMap((line) => /^(\S+) .i/.exec(line)?.[1] ?? []));
  return packages.filter((name) => !installed.has(name));
}

/**
 * @param yes - whether to install them, instead of naming the command
 * @param forTests - whether to include the packages that only tests need
 * @returns a summary
 */
export function installDebianPackages({ yes, forTests }) {
  if (process.env.MEANFIELD_SKIP_APT === '1') return 'skipped (MEANFIELD_SKIP_APT)';
  const ownTorch = isLibtorchProvided();
  const needed = [...(isCompilerProvided() ? [] : compiler), ...(ownTorch ? [] : torch)];
  const useful = [...(ownTorch ? [] : blas), ...data, ...(forTests ? tests : [])];
  if (!existsSync('/usr/bin/apt-get')) return withoutApt(needed, useful);
  const absent = missing([...needed, ...useful]);
  if (absent.length === 0) return 'present';
  if (yes) {
    install(absent);
    return `installed ${absent.join(' ')}`;
  }
  const required = absent.filter((name) => needed.includes(name));
  if (required.length > 0)
    fail(
      `${required.join(' ')} missing: run \`${byHand(absent)}\`, or this again with --yes; or ${bringYourOwn}`,
    );
  return `not installed: ${absent.join(' ')} (recommended: \`${byHand(absent)}\`, or this again with --yes)`;
}

function withoutApt(needed, useful) {
  if (needed.length === 0 || existsSync('/usr/include/ATen/ATen.h')) return 'skipped (no apt-get)';
  return fail(
    'apt-get is not available. Install the contents of these Debian packages: ' +
      `${[...needed, ...useful].join(' ')}; set LIBTORCH to libtorch's folder (with include/ and lib/), or LIBTORCH_USE_PYTORCH=1 ` +
      'to use the torch of python3; then run this again',
  );
}

const bringYourOwn =
  'bring your own libtorch (LIBTORCH=its folder), or skip this step (MEANFIELD_SKIP_APT=1)';

/** The command that installs packages, to paste into a shell. */
const byHand = (absent) =>
  `${shellLine(['apt-get', 'update'])} && ${shellLine(['apt-get', 'install', '-y', '--no-install-recommends', ...absent])}`;

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
  const advice = `run it by hand: ${byHand(absent)}; or ${bringYourOwn}`;
  const rooted = asRoot(update);
  if (!rooted) fail(`${absent.join(' ')} missing, and neither root nor \`sudo -n\` here: ${advice}`);

  say(`installing ${absent.join(' ')} (minutes the first time)`);
  // A broken third-party package source need not matter: let the installation decide.
  const { good, last, why } = attempt(rooted[0], rooted.slice(1));
  if (!good) say(`${why}, continuing:\n${last}`);
  const [command, ...args] = asRoot(add);
  run(command, args, advice);
}
