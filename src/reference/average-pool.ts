import { addAt, at, checkSameShape, denseArray, sizes4, type DenseArray, type Evaluated } from './array.ts';

/** Global average pooling: the mean over rows and columns, [N, C, H, W] to [N, C]. */
export function averagePool(x: DenseArray): Evaluated {
  const [samples, channels, height, width] = sizes4(x);
  const area = height * width;
  const value = denseArray([samples, channels]);
  x.data.forEach((v, i) => {
    addAt(value.data, Math.floor(i / area), v / area);
  });
  return {
    value,
    backward(cotangent) {
      checkSameShape(value, cotangent);
      return denseArray(
        x.shape,
        x.data.map((_, i) => at(cotangent.data, Math.floor(i / area)) / area),
      );
    },
  };
}
