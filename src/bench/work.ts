/** Counts the arithmetic of benchmarks. */

export type Precision = 'f32' | 'f64' | 'bf16';

/** Counts matrix products and convolutions only. */
export interface Work {
  readonly gflop: number;
  readonly precision: Precision;
}

/** Multiply-adds of the convolutions and the last layer of a CIFAR ResNet for one 32 x 32 image, in GFLOP. */
export function resnetGflop(depth: number, width = 16): number {
  const n = (depth - 2) / 6;
  const conv = (inputs: number, outputs: number, side: number): number => inputs * outputs * 9 * side ** 2;
  let macs = conv(3, width, 32) + 2 * n * conv(width, width, 32) + 40 * width;
  for (const [inputs, side] of [
    [width, 16],
    [2 * width, 8],
  ] as const)
    macs += conv(inputs, 2 * inputs, side) + (2 * n - 1) * conv(2 * inputs, 2 * inputs, side);
  return (2 * macs) / 1e9;
}
