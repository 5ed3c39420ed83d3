/** The two programs of a comparison: our worker in a fresh process, and a PyTorch script. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MissingEnvironmentError } from '../errors.ts';
import { packageRoot } from '../native/index.ts';
import { workerFlags } from '../processes/index.ts';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** Threads of its matrix products, including its BLAS. */
  readonly threads: number;
}

/** Debian's Python has Debian's torch; an environment variable selects another. */
function python(): string {
  const named = process.env.PYTHON;
  return named ?? (existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3');
}

/** The worker receives `setting` as JSON in its first argument. */
export function ourWorker(name: string, setting: { readonly threads: number }): Program {
  const worker = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  return {
    command: process.execPath,
    args: [...workerFlags(), worker, JSON.stringify(setting)],
    threads: setting.threads,
  };
}

/** @throws MissingEnvironmentError if the script is missing */
export function pythonPeer(
  name: string,
  values: Readonly<Record<string, number | string>> & { readonly threads: number },
  flags: readonly string[] = [],
): Program {
  const script = join(packageRoot, 'src', 'bench', 'peers', `${name}.py`);
  if (!existsSync(script)) throw new MissingEnvironmentError(`the PyTorch peer is missing: ${script}`);
  const args = Object.entries(values).flatMap(([key, value]) => [`--${key}`, String(value)]);
  return { command: python(), args: [script, ...args, ...flags], threads: values.threads };
}
