/** Estimates the size of a tangent kernel before computing it. */
import { dtypeBytes, ops, scope, type Tensor } from '../../tensor/index.ts';
import type { Family } from '../families/index.ts';
import { rowsAtOnce } from '../families/row-chunks.ts';
import type { GridMeasure } from '../measures/index.ts';

/** The estimated size and cost of a tangent kernel. */
export interface KernelSize {
  /** N C and N' C, the shape of the kernel. */
  readonly rows: number;
  readonly columns: number;
  /**
   * Approximate peak memory of all tensors. JavaScript's own heap is not included: handles of tensors stay in it until
   * they are collected, tens of MB for a custom family, which may exceed a small kernel.
   */
  readonly bytes: number;
  /** Approximate number of floating-point operations. */
  readonly operations: number;
}

/** Intermediate tensors of one size that a family holds at once for a velocity, a pull-back or features. */
const intermediateTensors = 8;

interface KernelCounts {
  /** N, and N' for a kernel against other inputs. */
  readonly samples: number;
  readonly others: number | undefined;
  readonly outputs: number;
  readonly d: number;
}

/** Smaller tensors lie in malloc's heap, which keeps what is freed there; larger ones in a region of their own (allocator.cc). */
const largeBytes = 2 ** 18;

/** Numbers stored per sample and particle on the way through the flow and back. */
function widthOf(family: Family, d: number, k: number): { features: number; width: number; kernels: number } {
  const { features, kernels } = family.tangentMemory?.(d) ?? { features: k, kernels: family.tangent ? 2 : 1 };
  return { features, kernels, width: family.tangent ? features : Math.max(d, k) };
}

/** The number of samples that go through the flow at once. */
export function samplesAtOnce(family: Family, measure: GridMeasure, d: number): number {
  const [, particles = 1, k = 1] = measure.theta.shape;
  return rowsAtOnce(particles * widthOf(family, d, k).width);
}

export function kernelSize(family: Family, measure: GridMeasure, counts: KernelCounts): KernelSize {
  const { samples, others, outputs, d } = counts;
  const [slices = 0, particles = 0, k = 0] = measure.theta.shape;
  const { features, kernels, width } = widthOf(family, d, k);
  const [rows, columns] = [samples * outputs, (others ?? samples) * outputs];
  const all = rows + (others === undefined ? 0 : columns);
  // The rows of every depth, and the intermediate tensors of the samples in flight.
  const ofRows = 2 * slices * d * all;
  const maxSamples = Math.max(samples, others ?? 0);
  const atOnce = Math.min(maxSamples, samplesAtOnce(family, measure, d));
  const path =
    atOnce * d * (slices + 1) * (1 + outputs) + (atOnce < maxSamples ? 2 * slices * atOnce * outputs * d : 0);
  const size = dtypeBytes(measure.theta.dtype);
  const isSmall = (numbers: number): boolean => numbers * size < largeBytes;
  const intermediate = atOnce * particles * width;
  // The rows that are kept lie between small intermediate tensors, so that a freed one leaves a hole at each depth.
  const holes = isSmall(intermediate) ? slices * intermediate : 0;
  const flow = path + holes + intermediateTensors * intermediate;
  // The features of one slice, a weighted copy of them, the family's kernels, and the sum over slices.
  const kept = all * particles * features;
  const scaled = family.tangent
    ? rows * particles * (features === 2 ? 1 : features)
    : others === undefined && hasNegative(measure.weight)
      ? rows * particles * features
      : 0;
  const square = rows * columns;
  const sum = slices > 1 ? square : 0;
  const opening = intermediateTensors * particles * (family.tangent ? Math.min(all, atOnce) * width : width);
  const unreturned = (isSmall(atOnce * d) ? path : 0) + holes;
  const block = unreturned + sum + kept + Math.max(scaled + kernels * square, opening);
  return {
    rows,
    columns,
    bytes: size * (ofRows + Math.max(flow, block)),
    operations: slices * (2 * square * (particles * features + 2 * d) + 8 * all * particles * d),
  };
}

export const hasNegative = (weight: Tensor): boolean => scope(() => ops.min(weight).item() < 0);
