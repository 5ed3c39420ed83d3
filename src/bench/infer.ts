/** `meanfield bench infer`: our evaluation of a batch, compared with the fastest of PyTorch's. */
import { alternate, type Comparison } from './alternate.ts';
import { ourWorker, pythonPeer } from './programs.ts';
import { resnetGflop } from './work.ts';

export interface InferSetting {
  readonly depth: number;
  readonly batch: number;
  readonly threads: number;
  readonly steps: number;
  readonly warmup: number;
  readonly bf16: boolean;
}

export function benchInfer(setting: InferSetting, processes: number): Promise<Comparison> {
  const { bf16, ...numbers } = setting;
  const name = `infer resnet${setting.depth} batch ${setting.batch} ${bf16 ? 'bf16' : 'f32'}`;
  const peer = pythonPeer('resnet_infer', numbers, bf16 ? ['--bf16'] : []);
  const work = {
    gflop: setting.batch * resnetGflop(setting.depth),
    precision: bf16 ? 'bf16' : 'f32',
  } as const;
  return alternate(name, ourWorker('infer-worker', setting), peer, processes, work);
}
