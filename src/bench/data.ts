/** `meanfield bench data`: batches of CIFAR-10, augmented and normalised. */
import { alternate, type Comparison } from './alternate.ts';
import { ourWorker, pythonPeer } from './programs.ts';

export interface DataSetting {
  /** Folder with the binary version of CIFAR-10. */
  readonly data: string;
  readonly batch: number;
  readonly threads: number;
  readonly steps: number;
  readonly warmup: number;
}

export function benchData(setting: DataSetting, processes: number): Promise<Comparison> {
  const peer = pythonPeer('cifar_batches', { ...setting });
  return alternate(`data batch ${setting.batch}`, ourWorker('data-worker', setting), peer, processes);
}
