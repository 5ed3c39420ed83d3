/** The ONNX form of each operator that a net uses in evaluation. */
import { InternalError, UsageError } from '../../errors.ts';
import type { Argument, Constant, TracedOperator, TracedValue } from '../../tensor/trace.ts';
import type { Attribute, Graph } from './graph.ts';

const isTensor = (argument: Argument | undefined): argument is Constant | TracedValue =>
  typeof argument === 'object' && argument !== null && 'shape' in argument;

/** The arguments of one operator. */
class Arguments {
  readonly graph: Graph;
  readonly #operator: TracedOperator;
  readonly #names: ReadonlyMap<number, string>;

  /** @param names - the name of each value in the graph */
  constructor(operator: TracedOperator, graph: Graph, names: ReadonlyMap<number, string>) {
    this.graph = graph;
    this.#operator = operator;
    this.#names = names;
  }

  #get(name: string): Argument | undefined {
    return this.#operator.arguments.get(name);
  }

  has(name: string): boolean {
    return isTensor(this.#get(name));
  }

  #tensor(name: string): Constant | TracedValue {
    const found = this.#get(name);
    if (!isTensor(found)) throw new InternalError(`${this.#operator.name} has no tensor ${name}`);
    return found;
  }

  /** The name of a tensor in the graph. */
  tensor(name: string): string {
    const found = this.#tensor(name);
    return 'value' in found ? this.#names.get(found.value)! : this.graph.constant(found, name);
  }

  shape(name: string): readonly number[] {
    return this.#tensor(name).shape;
  }

  number(name: string, fallback: number): number {
    const found = this.#get(name);
    return typeof found === 'number' ? found : fallback;
  }

  numbers(name: string, fallback: readonly number[]): readonly number[] {
    const found = this.#get(name);
    return Array.isArray(found) && found.length > 0 ? (found as readonly number[]) : fallback;
  }

  flag(name: string): boolean {
    return this.#get(name) === true;
  }

  /** @throws UsageError unless an argument has the only value that the ONNX form supports */
  require(name: string, holds: boolean): void {
    if (!holds) throw new UsageError(`--to onnx cannot express ${this.#operator.name} with this ${name}`);
  }
}

/** Adds the nodes of an operator. @returns the name of its result */
type Converter = (of: Arguments) => string;

/** The end of the largest slice. */
const end = Number.MAX_SAFE_INTEGER;

const optional = (of: Arguments, name: string): string[] => (of.has(name) ? [of.tensor(name)] : []);

const scalar = (value: number): Constant => ({ dtype: 'f32', shape: [], data: Float32Array.of(value) });

const conv = (of: Arguments, input: string, attributes: Readonly<Record<string, Attribute>>): string =>
  of.graph.node('Conv', [of.tensor(input), of.tensor('weight'), ...optional(of, 'bias')], {
    kernel_shape: of.shape('weight').slice(2),
    ...attributes,
  });

const add: Converter = (of) => {
  const alpha = of.number('alpha', 1);
  const other = of.tensor('other');
  const scaled =
    alpha === 1 ? other : of.graph.node('Mul', [other, of.graph.constant(scalar(alpha), 'alpha')]);
  return of.graph.node('Add', [of.tensor('self'), scaled]);
};

const multiply: Converter = (of) => of.graph.node('Mul', [of.tensor('self'), of.tensor('other')]);

const scale: Converter = (of) =>
  of.graph.node('Mul', [of.tensor('self'), of.graph.constant(scalar(of.number('other', 1)), 'factor')]);

const relu: Converter = (of) => of.graph.node('Relu', [of.tensor('self')]);

const same: Converter = (of) => of.tensor('self');

const converters: Readonly<Record<string, Converter>> = {
  'meanfield::conv3x3': (of) => {
    const stride = of.number('stride', 1);
    const { graph } = of;
    let result = conv(of, 'x', { strides: [stride, stride], pads: [1, 1, 1, 1] });
    if (of.has('add')) result = graph.node('Add', [result, of.tensor('add')]);
    return of.flag('relu') ? graph.node('Relu', [result]) : result;
  },
  'aten::conv2d': (of) => {
    const padding = of.numbers('padding', [0, 0]);
    return conv(of, 'input', {
      strides: of.numbers('stride', [1, 1]),
      pads: [...padding, ...padding],
      dilations: of.numbers('dilation', [1, 1]),
      group: of.number('groups', 1),
    });
  },
  'aten::batch_norm': (of) => {
    of.require('mode', !of.flag('training'));
    const inputs = ['input', 'weight', 'bias', 'running_mean', 'running_var'].map((name) => of.tensor(name));
    return of.graph.node('BatchNormalization', inputs, { epsilon: { real: of.number('eps', 1e-5) } });
  },
  'aten::add.Tensor': add,
  'aten::add_.Tensor': add,
  'aten::mul.Tensor': multiply,
  'aten::mul_.Tensor': multiply,
  'aten::mul.Scalar': scale,
  'aten::mul_.Scalar': scale,
  'aten::relu': relu,
  'aten::relu_': relu,
  'aten::softplus': (of) => {
    of.require('beta', of.number('beta', 1) === 1);
    return of.graph.node('Softplus', [of.tensor('self')]);
  },
  'aten::tanh': (of) => of.graph.node('Tanh', [of.tensor('self')]),
  'aten::sigmoid': (of) => of.graph.node('Sigmoid', [of.tensor('self')]),
  'aten::detach': same,
  'aten::contiguous': same,
  'aten::slice.Tensor': (of) => {
    const { graph } = of;
    const bounds = [of.number('start', 0), of.number('end', end), of.number('dim', 0), of.number('step', 1)];
    return graph.node('Slice', [of.tensor('self'), ...bounds.map((bound) => graph.integers([bound]))]);
  },
  'aten::constant_pad_nd': (of) => {
    // Pairs from the last dimension to the first; ONNX wants all starts, then all ends.
    const pad = of.numbers('pad', []);
    const dimensions = of.shape('self').map((_, i, { length }) => 2 * (length - 1 - i));
    const pads = [0, 1].flatMap((side) => dimensions.map((at) => pad[at + side] ?? 0));
    const value = of.graph.constant(scalar(of.number('value', 0)), 'padding');
    return of.graph.node('Pad', [of.tensor('self'), of.graph.integers(pads), value]);
  },
  'aten::avg_pool2d': (of) => {
    const whole = of.shape('self').slice(2);
    of.require('kernel', of.numbers('kernel_size', []).join() === whole.join());
    return of.graph.node('GlobalAveragePool', [of.tensor('self')]);
  },
  'aten::flatten.using_ints': (of) => {
    of.require('dimension', of.number('start_dim', 0) === 1 && of.number('end_dim', -1) === -1);
    return of.graph.node('Flatten', [of.tensor('self')], { axis: 1 });
  },
  'aten::linear': (of) =>
    of.graph.node('Gemm', [of.tensor('input'), of.tensor('weight'), ...optional(of, 'bias')], { transB: 1 }),
};

/**
 * Adds the nodes of a traced operator.
 *
 * @param names - the name of each value in the graph
 * @returns the name of the result
 * @throws UsageError for an operator without an ONNX form: those of our own blocks have one
 */
export function addOperator(
  operator: TracedOperator,
  graph: Graph,
  names: ReadonlyMap<number, string>,
): string {
  const convert = converters[operator.name];
  if (!convert)
    throw new UsageError(
      `--to onnx cannot express ${operator.name}, an operator of the own block; it knows ${Object.keys(converters).join(', ')}`,
    );
  return convert(new Arguments(operator, graph, names));
}
