/** Facts about the loaded libtorch and the machine, and the number of threads. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { checkInteger } from '../check.ts';
import { native, readBuildFacts } from './load.ts';
import { guarded } from './operator.ts';

export interface LibraryFacts {
  readonly version: string;
  readonly path: string;
  readonly found: string;
  /** Implementation behind libblas.so.3: openblas-openmp, openblas-pthread, generic, ... */
  readonly blas: string;
  readonly onednn: string;
  /** The widest vector instructions that libtorch's kernels use. */
  readonly capability: string;
  readonly bf16: boolean;
  readonly cudaDevices: number;
  readonly threads: number;
}

/** Whether the CPU multiplies bf16 in hardware; otherwise bf16 is slower than f32. */
export function cpuHasBf16(): boolean {
  const simulated = process.env.MEANFIELD_CPU_FLAGS;
  const flags = simulated ?? (existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '');
  return /\b(avx512_bf16|amx_bf16|bf16)\b/.test(flags);
}

/** The BLAS that libtorch calls, from the file that libblas.so.3 resolves to in this process. */
function blasFlavour(): string {
  const maps = existsSync('/proc/self/maps') ? readFileSync('/proc/self/maps', 'utf8') : '';
  const file = /\S*lib(?:blas|openblas|mkl_core|flexiblas)\S*\.so\S*/.exec(maps)?.[0];
  if (!file) return 'built in';
  const real = existsSync(file) ? realpathSync(file) : file;
  const openblas = /openblas-(\w+)/.exec(real)?.[1];
  if (openblas) return `openblas-${openblas}`;
  return real.includes('mkl') ? 'mkl' : (/atlas|blis|flexiblas/.exec(real)?.[0] ?? 'reference');
}

/** The loaded libraries. @throws MissingEnvironmentError if libtorch cannot be loaded */
export function libraryFacts(): LibraryFacts {
  const [version, path, configuration, cudaDevices] = native().libraryFacts();
  return {
    version,
    path,
    found: readBuildFacts().found,
    blas: blasFlavour(),
    onednn: /MKL-DNN v([\d.]+)/.exec(configuration)?.[1] ?? 'none',
    capability: /CPU capability usage: (\w+)/.exec(configuration)?.[1] ?? 'unknown',
    bf16: cpuHasBf16(),
    cudaDevices,
    threads: native().getThreads(),
  };
}

/** Sets the number of threads per operator. Prefer `leaseCores` of src/processes. */
export function setThreads(count: number): void {
  checkInteger('threads', count, { min: 1, max: 4096 });
  guarded(() => {
    native().setThreads(count);
  });
}

export function getThreads(): number {
  return native().getThreads();
}
