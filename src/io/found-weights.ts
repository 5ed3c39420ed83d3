/** The result of opening a weight file. */
import type { TorchFile } from './pytorch/file.ts';
import type { FoundTensor } from './safetensors.ts';

export interface WeightFile {
  readonly format: TorchFile['format'] | 'safetensors';
  readonly tensors: ReadonlyMap<string, FoundTensor>;
  /** Metadata; empty for PyTorch files. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The checkpoint keys that lead to the tensors, such as `state_dict`; empty if they are the whole file. */
  readonly stateDict: string;
  /** Averaged weights of the same net in the checkpoint, such as `state_dict_ema`. */
  readonly averages: readonly string[];
  close(): void;
}
