import { addAt, at, checkSameShape, denseArray, sizes2, type DenseArray } from './array.ts';

export interface Linear {
  /** [N, C]. */
  readonly value: DenseArray;
  readonly backward: (cotangent: DenseArray) => { input: DenseArray; weight: DenseArray; bias: Float64Array };
}

/**
 * The fully connected layer x weight^T + bias.
 * @param x [N, D]
 * @param weight [C, D]
 * @param bias [C]
 */
export function linear(x: DenseArray, weight: DenseArray, bias: Float64Array): Linear {
  const [samples, features] = sizes2(x);
  const [outputs, weightFeatures] = sizes2(weight);
  if (weightFeatures !== features || bias.length !== outputs)
    throw new RangeError(
      `linear: ${features} features, weight [${outputs}, ${weightFeatures}], ${bias.length} biases`,
    );
  const value = denseArray([samples, outputs]);
  for (let n = 0; n < samples; n++)
    for (let c = 0; c < outputs; c++) {
      let sum = at(bias, c);
      for (let k = 0; k < features; k++)
        sum += at(x.data, n * features + k) * at(weight.data, c * features + k);
      value.data[n * outputs + c] = sum;
    }
  return {
    value,
    backward(cotangent) {
      checkSameShape(value, cotangent);
      const input = denseArray(x.shape);
      const dWeight = denseArray(weight.shape);
      const dBias = new Float64Array(outputs);
      for (let n = 0; n < samples; n++)
        for (let c = 0; c < outputs; c++) {
          const p = at(cotangent.data, n * outputs + c);
          addAt(dBias, c, p);
          for (let k = 0; k < features; k++) {
            addAt(input.data, n * features + k, p * at(weight.data, c * features + k));
            addAt(dWeight.data, c * features + k, p * at(x.data, n * features + k));
          }
        }
      return { input, weight: dWeight, bias: dBias };
    },
  };
}
