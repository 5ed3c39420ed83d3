/** Names of a net's tensors in a checkpoint: `layer2.3.conv1.weight` belongs to block 3 of stage `layer2`. */

export interface BlockTensor {
  readonly stage: string;
  readonly block: number;
  /** The name inside the block: `conv1.weight`. */
  readonly part: string;
}

/** Parses the name of a block's tensor; undefined for others, such as `layer2.tau` or `linear.bias`. */
export function blockTensor(name: string): BlockTensor | undefined {
  const [, stage, block, part] = /^(layer\d+)\.(\d+)\.(.+)$/.exec(name) ?? [];
  if (stage === undefined || part === undefined) return undefined;
  return { stage, block: Number(block), part };
}
