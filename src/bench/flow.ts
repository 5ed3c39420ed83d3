/** `meanfield bench flow`: flow, adjoint and all gradients of the mean-field model, compared with PyTorch's autograd. */
import { alternate, type Comparison } from './alternate.ts';
import { ourWorker, pythonPeer } from './programs.ts';

export interface FlowSetting {
  /** N */
  readonly samples: number;
  /** M */
  readonly particles: number;
  /** d */
  readonly features: number;
  /** L */
  readonly slices: number;
  readonly threads: number;
  readonly steps: number;
  readonly warmup: number;
  readonly dtype: 'f32' | 'f64';
}

/** Returns a row: the setting's name, medians in milliseconds, their ratio, and memory growth over the inputs. */
export function benchFlow(setting: FlowSetting, processes: number): Promise<Comparison> {
  const { dtype, ...numbers } = setting;
  const { samples, particles, features, slices } = setting;
  const name = `flow N ${samples} M ${particles} d ${features} L ${slices} ${dtype}`;
  const flags = dtype === 'f32' ? ['--f32'] : [];
  return alternate(
    name,
    ourWorker('flow-worker', setting),
    pythonPeer('mean_field_flow', numbers, flags),
    processes,
    // Per slice, two products of N x d x M forward, four for the gradients.
    { gflop: (6 * 2 * samples * particles * features * slices) / 1e9, precision: dtype },
  );
}
