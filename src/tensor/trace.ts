/**
 * Traces the operators that lead from an input to an output, so that exports need no second definition of a net. What
 * does not depend on the input becomes a constant.
 */
import { InternalError } from '../errors.ts';
import {
  type Handle,
  native,
  type NativeResult,
  type NativeValue,
  observeOperators,
} from '../native/index.ts';
import { noGrad } from './autograd.ts';
import { type DType, dtypeOfCode, emptyArray, type NumericArray } from './dtype.ts';
import { scope } from './scope.ts';
import type { Tensor } from './tensor.ts';

/** A tensor that does not depend on the input. */
export interface Constant {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: NumericArray;
}

/** A tensor that depends on the input: 0 is the input, then the results in order of computation. */
export interface TracedValue {
  readonly value: number;
  readonly shape: readonly number[];
}

export type Argument = Constant | TracedValue | Exclude<NativeValue, undefined>;

export interface TracedOperator {
  /** Such as `aten::add.Tensor`; an operator in place has a new result. */
  readonly name: string;
  /** By their names in the operator's schema, without those that were left out. */
  readonly arguments: ReadonlyMap<string, Argument>;
  /** The number of the result. */
  readonly result: number;
}

export interface Trace {
  readonly operators: readonly TracedOperator[];
  /** The number of the output. */
  readonly output: number;
}

interface Schema {
  readonly parameters: readonly { readonly name: string; readonly kind: 'tensor' | 'tensors' | 'plain' }[];
  /** Whether the result shares memory with an argument. */
  readonly isView: boolean;
  readonly inPlace: boolean;
}

/** Parses a schema such as `aten::add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)`. */
export function parseSchema(text: string): Schema {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  let at = text.indexOf('(') + 1;
  for (; at < text.length; at++) {
    const letter = text[at]!;
    if (letter === '(' || letter === '[') depth++;
    else if (letter === ')' && depth === 0) break;
    else if (letter === ')' || letter === ']') depth--;
    if (letter === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else part += letter;
  }
  parts.push(part);
  const result = text.slice(at);
  const parameters = parts
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== '*')
    .map((one) => {
      const [, type = '', name = ''] = /^(.+?) (\w+)(?:=.*)?$/.exec(one) ?? [];
      const bare = type.replace(/\([^)]*\)/, '');
      const kind = /^Tensor\??$/.test(bare) ? 'tensor' : bare.startsWith('Tensor') ? 'tensors' : 'plain';
      return { name, kind } as const;
    });
  return { parameters, isView: /\(\w+( -> \*)?\)/.test(result), inPlace: /\(\w+!\)/.test(result) };
}

/**
 * Traces `f` in evaluation, without gradients.
 *
 * @throws InternalError if a view of a tensor is changed in place: the trace could not represent it
 */
export function trace(f: (input: Tensor) => Tensor, input: Tensor): Trace {
  const operators: TracedOperator[] = [];
  const traced = new Map<Handle, number>([[input.handle, 0]]);
  const constants = new Map<Handle, Constant>();
  /** Tensors that share their memory with another. */
  const shared = new Set<Handle>();
  const schemas = new Map<string, Schema>();
  let problem: string | undefined;

  const tensorArgument = (handle: Handle): Argument => {
    const [code, , , ...shape] = native().tensorMeta(handle);
    const value = traced.get(handle);
    if (value !== undefined) return { value, shape };
    const known = constants.get(handle);
    if (known) return known;
    const dtype = dtypeOfCode(code);
    const data = emptyArray(
      dtype,
      shape.reduce((product, size) => product * size, 1),
    );
    native().tensorCopyOut(handle, data);
    const constant = { dtype, shape, data };
    constants.set(handle, constant);
    return constant;
  };

  function record(
    name: string,
    schema: Schema,
    values: readonly NativeValue[],
    run: () => NativeResult,
  ): NativeResult {
    const { parameters, inPlace, isView } = schema;
    const given = parameters.flatMap(({ name: parameter, kind }, i): [string, Argument][] => {
      const value = values[i];
      if (value === undefined) return [];
      if (kind === 'tensors') problem ??= `${name} takes a list of tensors`;
      return [[parameter, kind === 'tensor' && typeof value === 'number' ? tensorArgument(value) : value]];
    });
    const result = run();
    const target = inPlace ? values[0] : result;
    if (typeof target !== 'number') problem ??= `${name} has several results`;
    else {
      if (inPlace && shared.has(target)) problem ??= `${name} changes a view of a tensor in place`;
      if (isView) for (const handle of [values[0] as Handle, target]) shared.add(handle);
      const number = operators.length + 1;
      traced.set(target, number);
      operators.push({ name, arguments: new Map(given), result: number });
    }
    return result;
  }

  const isTraced = ({ parameters }: Schema, values: readonly NativeValue[]): boolean =>
    parameters.some(({ kind }, i) => {
      const value = values[i];
      if (kind === 'plain') return false;
      return [value].flat().some((handle) => typeof handle === 'number' && traced.has(handle));
    });

  const handlesOf = (result: NativeResult): Handle[] =>
    [result].flat(2).filter((one): one is Handle => typeof one === 'number');

  return noGrad(() =>
    scope(() => {
      const output = observeOperators(
        (operator, values, run) => {
          const name = operator.overload === '' ? operator.name : `${operator.name}.${operator.overload}`;
          let schema = schemas.get(name);
          if (!schema) {
            schema = parseSchema(native().schema(operator.name, operator.overload));
            schemas.set(name, schema);
          }
          if (isTraced(schema, values)) return record(name, schema, values, run);
          const result = run();
          // A constant that shares this memory would be out of date.
          if (schema.inPlace) constants.clear();
          if (schema.isView)
            for (const handle of [values[0] as Handle, ...handlesOf(result)]) shared.add(handle);
          return result;
        },
        () => f(input),
      );
      if (problem !== undefined) throw new InternalError(`this net cannot be traced: ${problem}`);
      const value = traced.get(output.handle);
      if (value === undefined) throw new InternalError('the output does not depend on the input');
      return { operators, output: value };
    }),
  );
}
