import { activation, type ActivationName } from './activation.ts';
import { addAt, denseArray, type DenseArray, type Differentiable } from './array.ts';
import { batchNorm, batchNormEval, type BatchStatistics } from './batch-norm.ts';
import { conv2d, type Conv2dOptions } from './conv2d.ts';
import { linear } from './linear.ts';

/** Layers that look up their parameters by name and add to the gradients with the same name. */
export interface NamedLayers {
  conv(name: string, options: Conv2dOptions): Differentiable;
  batchNorm(name: string): Differentiable;
  activation(name: ActivationName): Differentiable;
  linear(name: string): Differentiable;
  /** The values of a parameter that belongs to no layer (the schedule). */
  values(name: string): Float64Array;
  /** Adds to the gradient of a parameter. */
  accumulate(name: string, gradient: Float64Array): void;
}

interface NamedLayersState {
  readonly parameters: ReadonlyMap<string, Float64Array>;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The gradient of every parameter; `backward` adds to it. */
  readonly gradients: Map<string, Float64Array>;
  /** Filled by each batch-norm layer in training mode. */
  readonly statistics: Map<string, BatchStatistics>;
  /** Running statistics; if given, batch norm is in evaluation mode. */
  readonly buffers?: ReadonlyMap<string, Float64Array> | undefined;
}

/**
 * Layers bound to these parameters. @throws RangeError, when a layer is used, for a parameter or buffer that is
 * missing or has the wrong length
 */
export function namedLayers(state: NamedLayersState): NamedLayers {
  const { shapes, gradients, statistics, buffers } = state;
  const parameter = (name: string): DenseArray => {
    const shape = shapes.get(name);
    if (shape === undefined) throw new RangeError(`the network has no parameter ${name}`);
    const values = state.parameters.get(name);
    if (values === undefined) throw new RangeError(`parameter ${name} is missing`);
    const size = shape.reduce((product, length) => product * length, 1);
    if (values.length !== size)
      throw new RangeError(
        `parameter ${name} of shape [${shape.join(', ')}] needs ${size} numbers, got ${values.length}`,
      );
    return denseArray(shape, values);
  };
  const buffer = (name: string): Float64Array => {
    const values = buffers?.get(name);
    if (values === undefined) throw new RangeError(`buffer ${name} is missing`);
    return values;
  };
  const accumulate = (name: string, gradient: Float64Array): void => {
    const sum = gradients.get(name) ?? new Float64Array(gradient.length);
    gradient.forEach((g, i) => {
      addAt(sum, i, g);
    });
    gradients.set(name, sum);
  };

  return {
    conv: (name, options) => (x) => {
      const layer = conv2d(x, parameter(`${name}.weight`), options);
      return {
        value: layer.value,
        backward(cotangent) {
          const { input, weight } = layer.backward(cotangent);
          accumulate(`${name}.weight`, weight.data);
          return input;
        },
      };
    },
    batchNorm: (name) => (x) => {
      const weight = parameter(`${name}.weight`).data;
      const bias = parameter(`${name}.bias`).data;
      const train = (): ReturnType<typeof batchNormEval> => {
        const layer = batchNorm(x, weight, bias);
        statistics.set(name, layer.statistics);
        return layer;
      };
      const layer =
        buffers === undefined
          ? train()
          : batchNormEval(x, weight, bias, buffer(`${name}.running_mean`), buffer(`${name}.running_var`));
      return {
        value: layer.value,
        backward(cotangent) {
          const gradient = layer.backward(cotangent);
          accumulate(`${name}.weight`, gradient.weight);
          accumulate(`${name}.bias`, gradient.bias);
          return gradient.input;
        },
      };
    },
    activation: (name) => (x) => activation(x, name),
    linear: (name) => (x) => {
      const layer = linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`).data);
      return {
        value: layer.value,
        backward(cotangent) {
          const { input, weight, bias } = layer.backward(cotangent);
          accumulate(`${name}.weight`, weight.data);
          accumulate(`${name}.bias`, bias);
          return input;
        },
      };
    },
    values: (name) => parameter(name).data,
    accumulate,
  };
}
