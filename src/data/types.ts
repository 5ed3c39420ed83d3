/** Data sets in memory. */

/** Labelled images of one size, as bytes. */
export interface ImageSet {
  readonly name: string;
  /** [N, H, W, C], channels last. */
  readonly images: Uint8Array;
  /** [N], class indices. */
  readonly labels: Int32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: readonly string[];
}

export interface ImageData {
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** Of each channel of the training set, for pixels in [0, 1]. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}
