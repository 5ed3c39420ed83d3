/** The batches of each training step: a function of (seed, epoch, step) alone. */
import { BatchPlan, fillBatch, type ImageData } from '../data/index.ts';
import { BatchTensors } from './batch-tensors.ts';
import type { Batch } from './learner.ts';
import { checkConfig, type TrainConfig } from './settings/table.ts';

interface StepBatches {
  /** Makes each batch when it is called. */
  readonly batches: readonly (() => Batch)[];
  /** Number of images in all of them. */
  readonly images: number;
}

/**
 * Number of steps in an epoch; the last step may have fewer batches than `--accumulate`.
 *
 * @param images - number of training images
 */
export function stepsPerEpoch(config: TrainConfig, images: number): number {
  checkConfig(config);
  const { accumulate = 1 } = config;
  return Math.ceil(batchesPerEpoch(config, new BatchPlan(images, config.batchSize)) / accumulate);
}

const batchesPerEpoch = ({ limitTrainBatches = Infinity }: TrainConfig, { batches }: BatchPlan): number =>
  Math.min(batches, limitTrainBatches);

export class TrainingBatches {
  readonly tensors: BatchTensors;
  readonly stepsPerEpoch: number;
  readonly #data: ImageData;
  readonly #config: TrainConfig;
  readonly #plan: BatchPlan;
  /** Batches of an epoch. */
  readonly #batches: number;
  /** Batches of a step; the last step of an epoch may have fewer. */
  readonly #perStep: number;
  readonly #pixels: number;
  readonly #bytes: Uint8Array;
  #order: { readonly epoch: number; readonly indices: Int32Array } | undefined;

  constructor(config: TrainConfig, data: ImageData) {
    const { count, height, width, channels } = data.train;
    this.#data = data;
    this.#config = config;
    this.tensors = new BatchTensors(data.train, data, config.dtype, config.device);
    this.#plan = new BatchPlan(count, config.batchSize);
    this.#batches = batchesPerEpoch(config, this.#plan);
    this.#perStep = config.accumulate ?? 1;
    this.stepsPerEpoch = stepsPerEpoch(config, count);
    this.#pixels = height * width * channels;
    this.#bytes = new Uint8Array(config.batchSize * this.#pixels);
  }

  /** Images of a whole step. */
  get imagesPerStep(): number {
    return this.#perStep * this.#config.batchSize;
  }

  /** @param step - within the epoch, from 0 */
  ofStep(epoch: number, step: number): StepBatches {
    if (this.#order?.epoch !== epoch)
      this.#order = { epoch, indices: this.#plan.order(this.#config.seed, epoch) };
    const { indices } = this.#order;
    const first = step * this.#perStep;
    const count = Math.min(this.#perStep, this.#batches - first);
    const batches = Array.from({ length: count }, (_, i) => this.#plan.indices(indices, first + i));
    return {
      batches: batches.map((batch) => () => this.#batchOf(batch, epoch)),
      images: batches.reduce((sum, { length }) => sum + length, 0),
    };
  }

  #batchOf(indices: Int32Array, epoch: number): Batch {
    const { train } = this.#data;
    const { seed, pad, flip, cutout } = this.#config;
    const bytes = this.#bytes.subarray(0, indices.length * this.#pixels);
    fillBatch(train, indices, { pad, flip, cutout }, seed, epoch, bytes);
    const labels = Array.from(indices, (index) => train.labels[index] ?? 0);
    return { images: this.tensors.images(bytes, indices.length), labels: this.tensors.labels(labels) };
  }

  dispose(): void {
    this.tensors.dispose();
  }
}
