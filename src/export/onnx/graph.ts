/** Builds an ONNX graph as the bytes of its messages. Field numbers are those of onnx.proto. */
import { UsageError } from '../../errors.ts';
import { protobuf } from '../../io/index.ts';
import type { Constant } from '../../tensor/trace.ts';

const { bytes, float, integer } = protobuf;

/** An integer, a list of integers, or a real number. */
export type Attribute = number | readonly number[] | { readonly real: number };

const types = { float: 1, int64: 7 } as const;
const attributeTypes = { real: 1, integer: 2, integers: 7 } as const;
/** Protocol Buffers messages are limited to 2 GiB. */
const maxBytes = 2 ** 31 - 1;

function attribute(name: string, value: Attribute): Buffer {
  const named = bytes(1, name);
  if (typeof value === 'number')
    return bytes(5, named, integer(3, value), integer(20, attributeTypes.integer));
  if ('real' in value) return bytes(5, named, float(2, value.real), integer(20, attributeTypes.real));
  return bytes(5, named, ...value.map((one) => integer(8, one)), integer(20, attributeTypes.integers));
}

function initializer(name: string, type: number, shape: readonly number[], data: ArrayBufferView): Buffer {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return bytes(5, ...shape.map((size) => integer(1, size)), integer(2, type), bytes(8, name), bytes(9, raw));
}

/** A float tensor of the graph's input or output; a size that is text may vary. */
export interface ValueInfo {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly doc?: string;
}

function valueInfo(field: number, { name, shape, doc }: ValueInfo): Buffer {
  const sizes = shape.map((size) => bytes(1, typeof size === 'number' ? integer(1, size) : bytes(2, size)));
  const tensor = bytes(1, integer(1, types.float), bytes(2, ...sizes));
  return bytes(field, bytes(1, name), bytes(2, tensor), ...(doc === undefined ? [] : [bytes(3, doc)]));
}

export class Graph {
  readonly #nodes: Buffer[] = [];
  readonly #initializers: Buffer[] = [];
  readonly #constants = new Map<object | string, string>();
  readonly #counts = new Map<string, number>();

  #newName(kind: string): string {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    return `${kind}_${count}`;
  }

  /** Adds a node. @returns the name of its output */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output?: string,
  ): string {
    const name = this.#newName(operator.toLowerCase());
    const result = output ?? name;
    this.#nodes.push(
      bytes(
        1,
        ...inputs.map((input) => bytes(1, input)),
        bytes(2, result),
        bytes(3, name),
        bytes(4, operator),
        ...Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      ),
    );
    return result;
  }

  /** The name of a float constant; the same constant is stored once. */
  constant(constant: Constant, kind = 'constant'): string {
    const known = this.#constants.get(constant);
    if (known !== undefined) return known;
    const name = this.#newName(kind);
    const { data, shape } = constant;
    const floats = data instanceof Float32Array ? data : Float32Array.from(data as Float64Array);
    this.#initializers.push(initializer(name, types.float, shape, floats));
    this.#constants.set(constant, name);
    return name;
  }

  /** The name of a list of integers. */
  integers(values: readonly number[]): string {
    const key = values.join();
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.#newName('sizes');
    const numbers = BigInt64Array.from(values, BigInt);
    this.#initializers.push(initializer(name, types.int64, [values.length], numbers));
    this.#constants.set(key, name);
    return name;
  }

  /** The fields of the GraphProto. @throws UsageError if the net is too large for one file */
  encode(name: string, input: ValueInfo, output: ValueInfo): Buffer {
    const size = this.#initializers.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (size > maxBytes)
      throw new UsageError(
        `an ONNX file holds at most 2 GiB, this net has ${(size / 2 ** 30).toFixed(1)}: export it as safetensors`,
      );
    return Buffer.concat([
      ...this.#nodes,
      bytes(2, name),
      ...this.#initializers,
      valueInfo(11, input),
      valueInfo(12, output),
    ]);
  }
}
