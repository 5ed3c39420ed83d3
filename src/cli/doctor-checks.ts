/** The checks of `meanfield doctor`; none throws. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus, freemem } from 'node:os';
import { join } from 'node:path';
import { libraryFacts, packageRoot, readBuildFacts } from '../native/index.ts';
import { leaseCores } from '../processes/index.ts';
import { oneLine } from '../check.ts';
import { environmentVariables } from './environment-variables.ts';
import { packageVersion } from './version.ts';
import { meanfieldCommand, setupCommand } from '../program.ts';

export interface Check {
  readonly name: string;
  readonly state: 'good' | 'note' | 'bad';
  readonly text: string;
  /** The command that fixes it. */
  readonly mend?: string;
}

function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const good = major > 20 || (major === 20 && minor >= 19);
  return {
    name: 'node',
    state: good ? 'good' : 'bad',
    text: `${process.version} (20.19 or newer is required)`,
    ...(!good && { mend: 'install Node 20.19 or newer' }),
  };
}

function checkLibrary(): Check[] {
  try {
    const { version, path, found, blas, onednn, capability, threads, cudaDevices } = libraryFacts();
    return [
      {
        name: 'libtorch',
        state: 'good',
        text: `${version} at ${path} (found by: ${found}), kernels ${capability}, ${threads} threads`,
      },
      checkBlas(blas),
      onednn === 'none'
        ? { name: 'oneDNN', state: 'note', text: 'this libtorch has no oneDNN: convolutions will be slow' }
        : { name: 'oneDNN', state: 'good', text: onednn },
      checkCuda(cudaDevices),
      builtWith(),
    ];
  } catch (error) {
    return [
      {
        name: 'libtorch',
        state: 'bad',
        text: error instanceof Error ? error.message : String(error),
        mend: setupCommand(),
      },
      ...buildProblems(),
    ];
  }
}

function checkCuda(devices: number): Check {
  const { cudaMissing = [] } = readBuildFacts();
  const none = cudaMissing.length
    ? `computes on the CPU only: the CUDA of this libtorch needs ${cudaMissing.join(', ')}`
    : 'no device: use --device cpu';
  return { name: 'CUDA', state: devices ? 'good' : 'note', text: devices ? `${devices} devices` : none };
}

/** The facts on which addon and libtorch must agree. */
function builtWith(): Check {
  const { standard = 'unknown standard', abi = 'unknown' } = readBuildFacts();
  const text = `${standard.replace('c++', 'C++')}, ABI of std::string ${abi} (_GLIBCXX_USE_CXX11_ABI), glibc ${glibc() ?? 'none'}`;
  return { name: 'build', state: 'good', text };
}

function glibc(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  // Looking up the names of network peers may take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime;
}

/** Why the addon cannot be built here, a line for each reason: missing libraries or headers, an old compiler or glibc. */
function buildProblems(): Check[] {
  const script = join(packageRoot, 'scripts', 'build-native.mjs');
  const { stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  const problems = Array.from(stderr.matchAll(/^build: (.*)$/gm), ([, problem = '']) => problem);
  if (problems.length === 0)
    return [{ name: 'build', state: 'good', text: 'compiler, headers and libraries fit: it can be built' }];
  return problems.map((text) => ({ name: 'build', state: 'bad', text }));
}

function checkBlas(blas: string): Check {
  const install = 'apt-get install libopenblas0-openmp libopenblas-openmp-dev';
  if (blas === 'openblas-pthread')
    return {
      name: 'BLAS',
      state: 'bad',
      text: `${blas}: its threads compete with those of OpenMP`,
      mend: `${install}; then update-alternatives --config libblas.so.3-$(uname -m)-linux-gnu`,
    };
  if (blas === 'reference' || blas === 'openblas-serial')
    return { name: 'BLAS', state: 'note', text: `${blas}: matrix products will be slow`, mend: install };
  return { name: 'BLAS', state: 'good', text: blas };
}

function checkCpu(bf16: boolean): Check {
  return {
    name: 'bf16',
    state: bf16 ? 'good' : 'note',
    text: bf16
      ? 'the CPU has bf16 instructions: --amp is faster'
      : 'the CPU has no bf16 instructions: --amp is not available',
  };
}

function checkCores(): Check {
  const lease = leaseCores();
  lease.release();
  const text = `${availableParallelism()} of ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${(freemem() / 2 ** 30).toFixed(1)} GiB of memory free`;
  return lease.holders.length
    ? { name: 'cores', state: 'note', text: `${text}; some are held by process ${lease.holders.join(', ')}` }
    : { name: 'cores', state: 'good', text };
}

async function checkData(): Promise<Check[]> {
  const { listDatasets } = await import('../data/index.ts');
  const found = listDatasets().filter((one) => one.found !== undefined);
  return found.length
    ? found.map((one) => ({ name: 'data', state: 'good', text: `${one.name}: ${one.found ?? ''}` }))
    : [
        {
          name: 'data',
          state: 'note',
          text: 'no data set found in the default folders',
          mend: `apt-get install dataset-fashion-mnist, or ${meanfieldCommand('data', 'fetch', 'fashion-mnist', '--data-dir', 'data')}`,
        },
      ];
}

/** The variables that change what the command does, and are set. */
function checkEnvironment(): Check[] {
  const set = Object.entries(environmentVariables).filter(
    ([name, { audience }]) => audience !== 'internal' && process.env[name] !== undefined && name !== 'TERM',
  );
  if (set.length === 0) return [];
  const text = set.map(([name]) => `${name}=${oneLine(process.env[name] ?? '')}`).join(', ');
  return [{ name: 'environment', state: 'good', text }];
}

function checkPeer(): Check {
  const python = process.env.PYTHON ?? (existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3');
  try {
    const version = execFileSync(python, ['-c', 'import torch; print(torch.__version__)'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return { name: 'PyTorch', state: 'good', text: `${version} (${python}), for bench and tests` };
  } catch {
    return {
      name: 'PyTorch',
      state: 'note',
      text: 'python3 has no torch, which only bench and some tests need',
      mend: 'apt-get install python3-torch',
    };
  }
}

/** All checks, in order of importance. */
export async function examine(): Promise<Check[]> {
  const { cpuHasBf16 } = await import('../native/index.ts');
  return [
    { name: 'meanfield', state: 'good', text: packageVersion() },
    checkNode(),
    ...checkLibrary(),
    checkCpu(cpuHasBf16()),
    checkCores(),
    ...checkEnvironment(),
    ...(await checkData()),
    checkPeer(),
  ];
}
