/** `meanfield bench step`: our training step beside PyTorch's, on the same machine in the same run. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MissingEnvironmentError } from '../errors.ts';
import type { Scheme } from '../mean-field/index.ts';
import { packageRoot } from '../native/index.ts';
import { alternate, type Comparison, type Program } from './alternate.ts';

export interface StepSetting {
  readonly depth: number;
  readonly batch: number;
  readonly threads: number;
  readonly steps: number;
  readonly warmup: number;
  readonly scheme: Scheme;
  readonly reorder: boolean;
  readonly bf16: boolean;
}

/** Debian's Python has Debian's torch; another one can be named. */
function python(): string {
  const named = process.env.PYTHON;
  return named ?? (existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3');
}

function ourProgram(setting: StepSetting): Program {
  const worker = fileURLToPath(new URL('./step-worker.js', import.meta.url));
  return { command: process.execPath, args: [worker, JSON.stringify(setting)] };
}

function peerProgram({ depth, batch, threads, steps, warmup, bf16 }: StepSetting): Program {
  const script = join(packageRoot, 'src', 'bench', 'peers', 'resnet_step.py');
  if (!existsSync(script)) throw new MissingEnvironmentError(`the PyTorch peer is missing: ${script}`);
  const numbers = { depth, batch, threads, steps, warmup };
  const args = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return { command: python(), args: [script, ...args, ...(bf16 ? ['--bf16'] : [])] };
}

/** One row: the setting's name, medians in milliseconds, their ratio. */
export function benchStep(
  setting: StepSetting,
  processes: number,
  onRun?: (done: number, of: number) => void,
): Promise<Comparison> {
  const scheme = setting.reorder ? setting.scheme : `${setting.scheme} --no-reorder`;
  const name = `step resnet${setting.depth} batch ${setting.batch} ${setting.bf16 ? 'bf16' : 'f32'} ${scheme}`;
  return alternate(name, ourProgram(setting), peerProgram(setting), processes, onRun);
}
