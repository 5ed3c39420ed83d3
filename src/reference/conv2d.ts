import { addAt, at, checkSameShape, denseArray, sizes4, type DenseArray } from './array.ts';

export interface Conv2dOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

export interface Conv2d {
  /** [N, C_out, H_out, W_out]. */
  readonly value: DenseArray;
  readonly backward: (cotangent: DenseArray) => { input: DenseArray; weight: DenseArray };
}

/**
 * Two-dimensional cross-correlation without bias, as `torch.nn.functional.conv2d`: value[n, o, i, j] = sum_{c, a,
 * b} weight[o, c, a, b] x[n, c, stride i + a - padding, stride j + b - padding], with zeros outside the image.
 * With groups, the input and output channels are split into as many parts, and c runs over the part of o.
 * @param x [N, C_in, H, W]
 * @param weight [C_out, C_in / groups, kernel height, kernel width]
 * @throws RangeError if the channels disagree or the kernel is larger than the padded image
 */
export function conv2d(x: DenseArray, weight: DenseArray, options: Conv2dOptions = {}): Conv2d {
  const { stride = 1, padding = 0, groups = 1 } = options;
  const [samples, channels, height, width] = sizes4(x);
  const [filters, kernelChannels, kernelHeight, kernelWidth] = sizes4(weight);
  if (kernelChannels * groups !== channels || filters % groups !== 0)
    throw new RangeError(
      `conv2d: the kernel has ${kernelChannels} input channels, the image ${channels}${groups === 1 ? '' : ` in ${groups} groups`}`,
    );
  const outHeight = Math.floor((height + 2 * padding - kernelHeight) / stride) + 1;
  const outWidth = Math.floor((width + 2 * padding - kernelWidth) / stride) + 1;
  if (outHeight < 1 || outWidth < 1)
    throw new RangeError(`conv2d: the kernel does not fit an image of ${height} x ${width}`);
  const value = denseArray([samples, filters, outHeight, outWidth]);

  /** Visits the products of the sum by rows of the kernel: `count` neighbours from the flat positions of x and weight. */
  function eachRow(visit: (out: number, input: number, kernel: number, count: number) => void): void {
    let out = 0;
    for (let n = 0; n < samples; n++)
      for (let o = 0; o < filters; o++) {
        const first = Math.floor((o * groups) / filters) * kernelChannels;
        for (let i = 0; i < outHeight; i++)
          for (let j = 0; j < outWidth; j++, out++) {
            const left = stride * j - padding;
            const from = Math.max(0, -left);
            const count = Math.min(kernelWidth, width - left) - from;
            if (count <= 0) continue;
            for (let c = 0; c < kernelChannels; c++)
              for (let a = 0; a < kernelHeight; a++) {
                const r = stride * i + a - padding;
                if (r < 0 || r >= height) continue;
                visit(
                  out,
                  ((n * channels + first + c) * height + r) * width + left + from,
                  ((o * kernelChannels + c) * kernelHeight + a) * kernelWidth + from,
                  count,
                );
              }
          }
      }
  }

  eachRow((out, input, kernel, count) => {
    let sum = at(value.data, out);
    for (let k = 0; k < count; k++) sum += at(x.data, input + k) * at(weight.data, kernel + k);
    value.data[out] = sum;
  });
  return {
    value,
    backward(cotangent) {
      checkSameShape(value, cotangent);
      const dInput = denseArray(x.shape);
      const dWeight = denseArray(weight.shape);
      eachRow((out, input, kernel, count) => {
        const p = at(cotangent.data, out);
        for (let k = 0; k < count; k++) {
          addAt(dInput.data, input + k, p * at(weight.data, kernel + k));
          addAt(dWeight.data, kernel + k, p * at(x.data, input + k));
        }
      });
      return { input: dInput, weight: dWeight };
    },
  };
}
