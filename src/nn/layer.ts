/** The common interface of layers and models: named parameters and buffers. */
import type { Tensor } from '../tensor/index.ts';

/** Tensors by their PyTorch-style name, in a fixed order. */
export type NamedTensors = ReadonlyMap<string, Tensor>;

export interface Layer {
  /** The trained tensors. */
  readonly parameters: NamedTensors;
  /** Tensors kept but not trained: running statistics. */
  readonly buffers: NamedTensors;
}

/** The mode of the forward pass. */
export interface Mode {
  /** Use batch statistics and update the running averages, instead of using those. */
  readonly training: boolean;
}

/** Running statistics, which stay as they are. */
export const evaluationMode: Mode = { training: false };

/** Device and precision of new parameters. */
export interface Placement {
  readonly dtype: 'f32' | 'f64';
  readonly device: string;
}

/** Merges several maps, with a prefix for each: `{ conv1: { weight } }` -> `conv1.weight`. */
export function joinNamed(parts: Readonly<Record<string, NamedTensors>>): Map<string, Tensor> {
  const joined = new Map<string, Tensor>();
  for (const [prefix, tensors] of Object.entries(parts))
    for (const [name, tensor] of tensors) joined.set(`${prefix}.${name}`, tensor);
  return joined;
}
