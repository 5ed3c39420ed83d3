/** What an opened file of weights gives. */
import type { TorchFile } from './pytorch/file.ts';
import type { FoundTensor } from './safetensors.ts';

export interface WeightFile {
  readonly format: TorchFile['format'] | 'safetensors';
  readonly tensors: ReadonlyMap<string, FoundTensor>;
  /** Text beside them; empty for files of PyTorch. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The keys of a checkpoint that lead to the tensors: `state_dict`; empty where they are the whole file. */
  readonly stateDict: string;
  /** Averages of the same net that the checkpoint has as well: `state_dict_ema`. */
  readonly averages: readonly string[];
  close(): void;
}
