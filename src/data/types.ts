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
  /** For choosing settings: held out of the training images, or a separate part. */
  readonly validation?: ImageSet;
  readonly test: ImageSet;
  /** Moments of each channel of the training set, for pixels in [0, 1]. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Skipped files, one line per reason. */
  readonly notes?: readonly string[];
}

/** A test set alone. */
export interface TestData extends Pick<ImageData, 'test' | 'notes'> {
  /** The set repeats the same images at this many severities of a corruption. */
  readonly severities?: number;
}

/** Points with targets, for regression or, as one-hot rows, for classification. */
export interface PointSet {
  readonly name: string;
  /** [N, D]. */
  readonly inputs: Float64Array;
  /** [N, C]. */
  readonly targets: Float64Array;
  readonly count: number;
  /** D. */
  readonly dimension: number;
  /** C. */
  readonly outputs: number;
  /** [N], class indices; absent for regression. */
  readonly labels?: Int32Array;
}
