import { at, checkSameShape, denseArray, sizes4, type DenseArray, type Evaluated } from './array.ts';

/**
 * The parameter-free shortcut of He et al. 2015 (option A) across a transition: every second row and column, x[:,
 * :, ::2, ::2], padded with zero channels, floor((channels - C) / 2) before and the rest after.
 * @param x [N, C, H, W]
 * @param channels channels of the result, at least C
 */
export function shortcutA(x: DenseArray, channels: number): Evaluated {
  const [samples, inChannels, height, width] = sizes4(x);
  if (channels < inChannels)
    throw new RangeError(`shortcutA: cannot pad ${inChannels} channels to ${channels}`);
  const before = Math.floor((channels - inChannels) / 2);
  const outHeight = Math.ceil(height / 2);
  const outWidth = Math.ceil(width / 2);
  const value = denseArray([samples, channels, outHeight, outWidth]);

  function eachKept(visit: (out: number, input: number) => void): void {
    for (let n = 0; n < samples; n++)
      for (let c = 0; c < inChannels; c++)
        for (let i = 0; i < outHeight; i++)
          for (let j = 0; j < outWidth; j++)
            visit(
              ((n * channels + before + c) * outHeight + i) * outWidth + j,
              ((n * inChannels + c) * height + 2 * i) * width + 2 * j,
            );
  }

  eachKept((out, input) => {
    value.data[out] = at(x.data, input);
  });
  return {
    value,
    backward(cotangent) {
      checkSameShape(value, cotangent);
      const dInput = denseArray(x.shape);
      eachKept((out, input) => {
        dInput.data[input] = at(cotangent.data, out);
      });
      return dInput;
    },
  };
}
