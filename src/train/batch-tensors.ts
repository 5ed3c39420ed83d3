/** Converts batches of images to normalised tensors, channels last in memory. */
import { checkObject, checkText } from '../check.ts';
import type { ImageSet } from '../data/index.ts';
import { keep, ops, scope, tensor, fromBuffer, type Tensor, to } from '../tensor/index.ts';

/** The size of one image. */
type ImageSize = Pick<ImageSet, 'height' | 'width' | 'channels'>;

interface Normalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Converts bytes [B, H, W, C] to (x / 255 - mean) / std as [B, C, H, W], channels last. */
export class BatchTensors {
  readonly #scale: Tensor;
  readonly #offset: Tensor;
  readonly #size: ImageSize;
  readonly #dtype: 'f32' | 'f64';
  readonly #device: string;

  constructor(size: ImageSize, normalisation: Normalisation, dtype: 'f32' | 'f64', device: string) {
    checkObject('the size of images', 'size', size, 'height', 'width', 'channels');
    checkObject('{ mean, std }', 'normalisation', normalisation, 'mean', 'std');
    checkText('device', device);
    const { mean, std } = normalisation;
    this.#size = size;
    this.#dtype = dtype;
    this.#device = device;
    const perChannel = (value: (channel: number) => number): Tensor =>
      keep(
        tensor(
          mean.map((_, c) => value(c)),
          [1, mean.length, 1, 1],
          { dtype, device },
        ),
      );
    this.#scale = perChannel((c) => 1 / (255 * (std[c] ?? 1)));
    this.#offset = perChannel((c) => -(mean[c] ?? 0) / (std[c] ?? 1));
  }

  /** @param bytes - [B, H, W, C], as the set stores its images */
  images(bytes: Uint8Array, batch: number): Tensor {
    const { height, width, channels } = this.#size;
    return scope(() => {
      const raw = to(fromBuffer(bytes, [batch, height, width, channels]), { device: this.#device });
      const planes = ops.toDtype(ops.permute(raw, [0, 3, 1, 2]), this.#dtype);
      return ops.addcmul(this.#offset, planes, this.#scale);
    });
  }

  /** @param labels - the class of each image in the batch */
  labels(labels: ArrayLike<number>): Tensor {
    return tensor(BigInt64Array.from(Array.from(labels, BigInt)), [labels.length], { device: this.#device });
  }

  dispose(): void {
    this.#scale.dispose();
    this.#offset.dispose();
  }
}
