/** `meanfield bench step`: our training step compared with PyTorch's, on the same machine in the same run. */
import type { Scheme } from '../mean-field/index.ts';
import { alternate, type Comparison } from './alternate.ts';
import { ourWorker, pythonPeer } from './programs.ts';
import { resnetGflop } from './work.ts';

export interface StepSetting {
  readonly depth: number;
  readonly batch: number;
  /** Channels of the first stage; default 16. */
  readonly width?: number;
  readonly threads: number;
  readonly steps: number;
  readonly warmup: number;
  readonly scheme: Scheme;
  readonly reorder: boolean;
  readonly bf16: boolean;
}

/** Returns a row: the setting's name, medians in milliseconds, their ratio. */
export function benchStep(setting: StepSetting, processes: number): Promise<Comparison> {
  const scheme = setting.reorder ? setting.scheme : `${setting.scheme} --no-reorder`;
  const name = `step resnet${setting.depth} batch ${setting.batch} ${setting.bf16 ? 'bf16' : 'f32'} ${scheme}`;
  const { depth, batch, threads, steps, warmup, bf16 } = setting;
  const peer = pythonPeer('resnet_step', { depth, batch, threads, steps, warmup }, bf16 ? ['--bf16'] : []);
  // Forward, and the same again for each of the two gradients.
  const work = { gflop: 3 * batch * resnetGflop(depth), precision: bf16 ? 'bf16' : 'f32' } as const;
  return alternate(name, ourWorker('step-worker', setting), peer, processes, work);
}
