// The Debian and Ubuntu packages that the project needs, and installing those that are missing.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { fail, run } from './steps.mjs';

// The OpenMP flavour of OpenBLAS shares libtorch's threads; its -dev package keeps others from bringing the pthread flavour.
const engine = [
  'g++',
  'libtorch-dev',
  'libgloo-dev',
  'libdnnl-dev',
  'libopenblas0-openmp',
  'libopenblas-openmp-dev',
];
const data = ['dataset-fashion-mnist', 'fonts-dejavu-core'];
const tests = ['python3-torch', 'python3-numpy'];

function missing(packages) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f=${Package} ${db:Status-Abbrev}\n', ...packages], {
    encoding: 'utf8',
  });
  const installed = new Set(
    (stdout ?? '')
      .split('\n')
      .filter((line) => / ii/.test(line))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !installed.has(name));
}

/** The command line that installs, as root or through sudo. */
function asRoot(args) {
  return process.getuid?.() === 0 ? args : ['sudo', '-n', ...args];
}

export function installDebianPackages(forTests) {
  if (process.env.MEANFIELD_SKIP_APT === '1') return 'left out (MEANFIELD_SKIP_APT)';
  const own = Boolean(process.env.LIBTORCH) || process.env.LIBTORCH_USE_PYTORCH === '1';
  const wanted = [
    ...engine.filter((name) => !own || !/torch|gloo|dnnl/.test(name)),
    ...data,
    ...(forTests ? tests : []),
  ];
  if (!existsSync('/usr/bin/apt-get')) {
    const built = existsSync('/usr/include/ATen/ATen.h') || own;
    if (!built)
      fail(
        `no apt-get here: install what these Debian packages hold (${wanted.join(' ')}), set LIBTORCH to libtorch's folder, and run again with MEANFIELD_SKIP_APT=1`,
      );
    return 'left out (no apt-get)';
  }
  const absent = missing(wanted);
  if (absent.length > 0) install(absent, wanted);
  useOpenMpBlas();
  return absent.length > 0 ? `installed: ${absent.join(' ')}` : 'present';
}

function install(absent, wanted) {
  const options = ['-y', '-qq', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0'];
  const advice = `run it by hand as root: apt-get install ${wanted.join(' ')}`;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  console.error(`setup: installing ${absent.join(' ')} (a few minutes the first time)`);
  const [update, ...updateArgs] = asRoot(['apt-get', 'update', '-qq']);
  run(update, updateArgs, advice, 'pipe', env);
  const [command, ...args] = asRoot([
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    'install',
    ...options,
    ...absent,
  ]);
  run(command, args, advice, 'pipe', env);
}

/** Another OpenBLAS may have taken over libblas.so.3; its threads would fight with libtorch's. */
function useOpenMpBlas() {
  const triple = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch];
  const link = `/usr/lib/${triple}/libblas.so.3`;
  const wanted = `/usr/lib/${triple}/openblas-openmp/libblas.so.3`;
  if (!existsSync(link) || !existsSync(wanted) || realpathSync(link) === realpathSync(wanted)) return;
  console.error(`setup: ${link} is ${realpathSync(link)}: switching to the OpenMP flavour`);
  for (const name of ['libblas.so.3', 'liblapack.so.3']) {
    const target = `/usr/lib/${triple}/openblas-openmp/${name}`;
    const [command, ...args] = asRoot(['update-alternatives', '--set', `${name}-${triple}`, target]);
    if (existsSync(target))
      run(command, args, `run it by hand: update-alternatives --config ${name}-${triple}`);
  }
}
