/** What layers and models have in common: named parameters and buffers. */
import type { Tensor } from '../tensor/index.ts';

/** Tensors by their PyTorch-style name, in a fixed order. */
export type NamedTensors = ReadonlyMap<string, Tensor>;

export interface Layer {
  /** What is trained. */
  readonly parameters: NamedTensors;
  /** What is kept but not trained: running statistics. */
  readonly buffers: NamedTensors;
}

/** How the forward pass is run. */
export interface Mode {
  /** Batch statistics (and their running averages updated) instead of the running ones. */
  readonly training: boolean;
}

/** Where and in which precision new parameters live. */
export interface Placement {
  readonly dtype: 'f32' | 'f64';
  readonly device: string;
}

/** One map from several, each with its prefix: `{ conv1: { weight } }` -> `conv1.weight`. */
export function joinNamed(parts: Readonly<Record<string, NamedTensors>>): Map<string, Tensor> {
  const joined = new Map<string, Tensor>();
  for (const [prefix, tensors] of Object.entries(parts))
    for (const [name, tensor] of tensors) joined.set(`${prefix}.${name}`, tensor);
  return joined;
}
