/** Fashion-MNIST reduced to principal components: real data for small claims. */
import { checkInteger, checkOptions } from '../check.ts';
import { type ImageSet, loadImages } from '../data/index.ts';
import { keep, noGrad, ops, scope, tensor, type Tensor } from '../tensor/index.ts';

/** Fashion-MNIST as f64 tensors. */
export interface Fashion {
  /** [n, D], f64: the first principal components, scaled so that the mean of |x|^2 is D. */
  readonly inputs: Tensor;
  /** The first images themselves, [256, 1, 28, 28], f64, with mean 0 and variance 1. */
  readonly images: Tensor;
  /** [n], class 0 .. 9. */
  readonly labels: readonly number[];
  /** The fraction of the images' variance that the components explain. */
  readonly explained: number;
}

/** Options of {@link loadFashion}. */
interface FashionOptions {
  /** Number of images. Default: 2,000. */
  readonly samples?: number | undefined;
  /** Number of principal components. Default: 16. */
  readonly components?: number | undefined;
}

/**
 * The first training images, centred and projected onto their first principal components.
 *
 * @throws DataError if the data set is not installed
 */
export async function loadFashion(options: FashionOptions = {}): Promise<Fashion> {
  checkOptions('loadFashion', options, { samples: true, components: true });
  const { samples = 2000, components = 16 } = options;
  checkInteger('samples', samples, { min: 1 });
  checkInteger('components', components, { min: 1 });
  const { train } = await loadImages('fashion-mnist', { limitTrain: samples, limitTest: 1 });
  return noGrad(() => keep(scope(() => reduce(train, components))));
}

function reduce({ images, labels, count, height, width }: ImageSet, components: number): Fashion {
  const pixels = ops.divScalar(ops.toDtype(ops.view(tensor(images), [count, -1]), 'f64'), 255);
  const centred = ops.sub(pixels, ops.meanDim(pixels, [0], true));
  const covariance = ops.divScalar(ops.mm(ops.transpose(centred, 0, 1), centred), count);
  // Eigenvalues are in ascending order.
  const [values, vectors] = ops.eigh(covariance);
  const total = values.size;
  const first = ops.flip(ops.sliceDim(vectors, 1, total - components, total), [1]);
  const held = ops.sum(ops.sliceDim(values, 0, total - components, total)).item();
  // The sign of an eigenvector is arbitrary: make its largest entry positive.
  const largest = ops.argmax(ops.abs(first), 0, true);
  const signed = ops.mul(first, ops.sign(ops.gather(first, 0, largest)));
  const shown = ops.sliceDim(pixels, 0, 0, Math.min(count, 256));
  const apart = ops.sub(shown, ops.mean(shown));
  const size = ops.norm(apart).item() / Math.sqrt(apart.size);
  return {
    images: ops.view(ops.divScalar(apart, size), [-1, 1, height, width]),
    inputs: ops.mulScalar(ops.mm(centred, signed), Math.sqrt(components / held)),
    labels: Array.from(labels.subarray(0, count)),
    explained: held / ops.sum(values).item(),
  };
}
