/** `meanfield bench epoch`: one epoch of training on CIFAR-10 with its evaluation, as `train` does it. */
import type { Scheme } from '../mean-field/index.ts';
import { alternate, type Comparison } from './alternate.ts';
import { ourWorker, pythonPeer } from './programs.ts';

export interface EpochSetting {
  /** Folder with the binary version of CIFAR-10. */
  readonly data: string;
  readonly depth: number;
  readonly batch: number;
  readonly threads: number;
  readonly scheme: Scheme;
  readonly bf16: boolean;
  /** Number of batches in the epoch; 0: all. */
  readonly limit: number;
}

export function benchEpoch(setting: EpochSetting, processes: number): Promise<Comparison> {
  const { data, depth, batch, threads, scheme, bf16, limit } = setting;
  const name = `epoch resnet${depth} batch ${batch} ${bf16 ? 'bf16' : 'f32'} ${scheme}`;
  const peer = pythonPeer('resnet_epoch', { data, depth, batch, threads, limit }, bf16 ? ['--bf16'] : []);
  return alternate(name, ourWorker('epoch-worker', setting), peer, processes);
}
