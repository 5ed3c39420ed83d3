/** Loads a run's net, its untrained twin, and test images for an analysis. */
import { type ImageSet, fillBatch } from '../../data/index.ts';
import type { CifarResNet } from '../../models/index.ts';
import { Generator, keep, noGrad, ops, scope } from '../../tensor/index.ts';
import { BatchTensors, loadTestImages, loadTrained, makeModel, type Trained } from '../../train/index.ts';
import { type OpenNet, openNet } from './net.ts';
import type { Batch } from './plans.ts';
import { spreadOver } from './draws.ts';

export interface LoadOptions {
  readonly checkpoint: string;
  /** Whether to analyse the averaged weights. */
  readonly ema?: boolean | undefined;
  /** Where the data set is now, if it has moved. */
  readonly dataDir?: string | undefined;
  /** Test images for errors. */
  readonly images: number;
  /** Number of these images for everything with derivatives. */
  readonly gradientImages: number;
}

export interface Loaded {
  readonly trained: Trained;
  /** In the dtype of the run. */
  readonly net: OpenNet;
  readonly batches: readonly Batch[];
  /** The same net in f64, for derivatives. */
  readonly exact: OpenNet;
  readonly exactBatches: readonly Batch[];
  /** The run's net before its first step, in f64. */
  readonly fresh: OpenNet;
  /** Number of test images in use. */
  readonly images: number;
  readonly gradientImages: number;
}

const [errorBatch, gradientBatch] = [250, 16];

/**
 * @throws UsageError if `run` is not a run folder or its data set does not fit its net; FileError, DataError from
 * reading
 */
export async function loadForAnalysis(run: string, options: LoadOptions): Promise<Loaded> {
  const trained = loadTrained(run, options.checkpoint, { ema: options.ema });
  const { config, learner } = trained;
  // A run that cannot be analysed is refused before its data are read.
  const net = openNet(learner.model);
  const data = await loadTestImages(run, trained, { dataDir: options.dataDir, limitTest: options.images });
  const { test } = data;
  const inF64 = { ...config, dtype: 'f64', amp: false } as const;
  const exact = makeModel(inF64, test, new Generator(0));
  copyInto(exact, learner.model);
  const fresh = makeModel(inF64, test, new Generator(config.seed));
  const all = Array.from({ length: test.count }, (_, i) => i);
  const some = spreadOver(test.count - 1, Math.min(options.gradientImages, test.count));
  const batchesOf = (indices: readonly number[], size: number, dtype: 'f32' | 'f64'): Batch[] =>
    makeBatches(test, indices, size, new BatchTensors(test, data, dtype, config.device));
  return {
    trained,
    net,
    batches: batchesOf(all, errorBatch, config.dtype),
    exact: openNet(exact),
    exactBatches: batchesOf(some, gradientBatch, 'f64'),
    fresh: openNet(fresh),
    images: test.count,
    gradientImages: some.length,
  };
}

/** Weights, statistics and positions, converted. */
function copyInto(target: CifarResNet, source: CifarResNet): void {
  noGrad(() => {
    for (const part of ['parameters', 'buffers'] as const)
      for (const [name, one] of target[part]) ops.copy_(one, source[part].get(name)!);
  });
  for (const { schedule } of target.stages.values()) schedule.projectAndSort();
}

function makeBatches(
  set: ImageSet,
  indices: readonly number[],
  size: number,
  tensors: BatchTensors,
): Batch[] {
  const pixels = set.height * set.width * set.channels;
  const count = Math.ceil(indices.length / size);
  const batches = Array.from({ length: count }, (_, b) => {
    const own = Int32Array.from(indices.slice(b * size, (b + 1) * size));
    const bytes = new Uint8Array(own.length * pixels);
    fillBatch(set, own, null, 0, 0, bytes);
    return keep(
      scope(() => ({
        images: tensors.images(bytes, own.length),
        labels: tensors.labels(Array.from(own, (index) => set.labels[index] ?? 0)),
      })),
    );
  });
  tensors.dispose();
  return batches;
}
