import { afterEach, describe, expect, it } from 'vitest';
import type { Handle, NativeResult, NativeValue } from './addon.ts';
import { native } from './load.ts';
import { nativeOperator, OperatorError } from './operator.ts';

const F32 = 6;
const F64 = 7;
const I64 = 4;
const U8 = 0;
const BOOL = 11;
const CHANNELS_LAST = 2;

afterEach(() => {
  for (const handle of made.splice(0)) native().releaseTensor(handle);
});

const made: Handle[] = [];

function hold(handle: Handle): Handle {
  made.push(handle);
  return handle;
}

const f32 = (values: number[], shape: number[] = [values.length]): Handle =>
  hold(native().tensorFromBuffer(Float32Array.from(values), shape, F32, false));
const i64 = (...values: number[]): Handle =>
  hold(native().tensorFromBuffer(BigInt64Array.from(values, BigInt), [values.length], I64, false));

function call(name: string, overload: string, ...values: NativeValue[]): NativeResult {
  return nativeOperator(`aten::${name}`, overload).call(...values);
}

/** Calls an operator that returns one tensor. */
function make(name: string, overload: string, ...values: NativeValue[]): Handle {
  return hold(call(name, overload, ...values) as Handle);
}

function dtype(handle: Handle): number {
  return native().tensorMeta(handle)[0];
}

function shape(handle: Handle): number[] {
  return native().tensorMeta(handle).slice(3) as number[];
}

function values(handle: Handle): number[] {
  const count = shape(handle).reduce((product, size) => product * size, 1);
  const arrays: Record<number, unknown> = {
    [F32]: Float32Array,
    [F64]: Float64Array,
    [I64]: BigInt64Array,
    [U8]: Uint8Array,
    [BOOL]: Uint8Array,
  };
  const array = new (arrays[dtype(handle)] as new (length: number) => Float32Array)(count);
  native().tensorCopyOut(handle, array);
  return Array.from(array, Number);
}

function failure(body: () => unknown): OperatorError {
  try {
    body();
  } catch (error) {
    expect(error).toBeInstanceOf(OperatorError);
    return error as OperatorError;
  }
  throw new Error('expected an OperatorError');
}

describe('arguments of every kind', () => {
  it('an optional tensor may be null, undefined or given', () => {
    const x = f32([1, 2, 3, 4], [2, 2]);
    const weight = f32([1, 0, 0, 1], [2, 2]);
    const plain = [1, 2, 3, 4];
    expect(values(make('linear', '', x, weight))).toEqual(plain);
    expect(values(make('linear', '', x, weight, null))).toEqual(plain);
    expect(values(make('linear', '', x, weight, undefined))).toEqual(plain);
    expect(values(make('linear', '', x, weight, f32([10, 20])))).toEqual([11, 22, 13, 24]);
  });

  it('a list of tensors keeps its order, and may be empty where the operator allows it', () => {
    expect(values(make('cat', '', [f32([1]), f32([2, 3])]))).toEqual([1, 2, 3]);
    expect(failure(() => call('stack', '', [])).message).toMatch(/^aten::stack\(0 tensors\): /);
  });

  it('a list of optional tensors takes nulls', () => {
    const x = f32([1, 2, 3, 4, 5, 6], [2, 3]);
    expect(values(make('index', 'Tensor', x, [null, i64(2, 0)]))).toEqual([3, 1, 6, 4]);
    expect(values(make('index', 'Tensor', x, [i64(1)]))).toEqual([4, 5, 6]);
  });

  it('integers, lists of integers, and one integer for a list', () => {
    const x = f32([1, 2, 3, 4, 5, 6], [2, 3]);
    expect(values(make('select', 'int', x, 1, -1))).toEqual([3, 6]);
    expect(shape(make('permute', '', x, [1, 0]))).toEqual([3, 2]);
    const image = f32([1, 2, 3, 4], [1, 1, 2, 2]);
    expect(values(make('avg_pool2d', '', image, 2))).toEqual([2.5]);
    expect(values(make('avg_pool2d', '', image, [2, 1]))).toEqual([2, 3]);
    expect(values(make('select', 'int', x, 0, 1n))).toEqual([4, 5, 6]);
  });

  it('optional integers and lists of them', () => {
    const x = f32([1, 9, 3, 4], [2, 2]);
    expect(values(make('argmax', '', x, null))).toEqual([1]);
    expect(values(make('argmax', '', x, 1))).toEqual([1, 1]);
    expect(values(make('mean', 'dim', x, null))).toEqual([4.25]);
    expect(values(make('mean', 'dim', x, [0]))).toEqual([2, 6.5]);
  });

  it('a fraction instead of an integer is an error', () => {
    expect(failure(() => call('select', 'int', f32([1, 2]), 0, 0.5)).message).toMatch(
      /expected an integer, got 0\.5/,
    );
    for (const bad of [NaN, Infinity, 2 ** 60])
      expect(failure(() => call('select', 'int', f32([1, 2]), 0, bad)).message).toMatch(
        /expected an integer/,
      );
    expect(failure(() => call('select', 'int', f32([1, 2]), 0, 2n ** 70n)).message).toMatch(/64 bits/);
  });

  it('reals and lists of reals', () => {
    const x = f32([0, 2], [1, 2]);
    const [low = 0, high = 0] = values(make('layer_norm', '', x, [2], null, null, 3));
    expect([low, high]).toEqual([-0.5, 0.5]);
    const image = f32([1, 2, 3, 4], [1, 1, 2, 2]);
    expect(shape(make('upsample_nearest2d', 'vec', image, null, [1.5, 2]))).toEqual([1, 1, 3, 4]);
  });

  it('booleans and lists of booleans', () => {
    const x = f32([1, 2, 3, 4], [2, 2]);
    expect(shape(make('sum', 'dim_IntList', x, [1], true))).toEqual([2, 1]);
    expect(shape(make('sum', 'dim_IntList', x, [1], false))).toEqual([2]);
    expect(failure(() => call('sum', 'dim_IntList', x, [1], 1)).message).toMatch(/expected a boolean/);
  });

  it('an integer is an integer scalar, a fraction a real one: dtypes follow', () => {
    expect(dtype(make('mul', 'Scalar', i64(3), 2))).toBe(I64);
    expect(dtype(make('mul', 'Scalar', i64(3), 2.5))).toBe(F32);
    expect(dtype(make('mul', 'Scalar', f32([3]), 2))).toBe(F32);
    expect(values(make('mul', 'Scalar', i64(3), 2.5))).toEqual([7.5]);
  });

  it('minus zero keeps its sign, infinities and NaN pass', () => {
    expect(Object.is(values(make('mul', 'Scalar', f32([1]), -0))[0], -0)).toBe(true);
    expect(values(make('mul', 'Scalar', f32([1]), -Infinity))).toEqual([-Infinity]);
    expect(values(make('mul', 'Scalar', f32([1]), NaN))).toEqual([NaN]);
  });

  it('a bigint is an exact integer scalar, a number beyond 2^53 a real one', () => {
    const sum = make('add', 'Scalar', i64(0), 2n ** 60n + 1n);
    const exact = new BigInt64Array(1);
    native().tensorCopyOut(sum, exact);
    expect(exact[0]).toBe(2n ** 60n + 1n);
    expect(dtype(make('add', 'Scalar', i64(0), 2 ** 60))).toBe(F32);
  });

  it('a boolean is a boolean scalar', () => {
    const flags = hold(native().tensorFromBuffer(Uint8Array.of(0, 1), [2], BOOL, false));
    const sum = make('add', 'Scalar', flags, true);
    expect(dtype(sum)).toBe(BOOL);
    expect(values(sum)).toEqual([1, 1]);
  });

  it('dtype, device and memory format', () => {
    expect(dtype(make('to', 'dtype', f32([1]), F64))).toBe(F64);
    expect(dtype(make('zeros', '', [2], U8, undefined, 'cpu'))).toBe(U8);
    const image = f32([1, 2, 3, 4], [1, 2, 1, 2]);
    const turned = make('contiguous', '', image, CHANNELS_LAST);
    expect(call('stride', 'int', turned, 1)).toBe(1);
    expect(call('stride', 'int', image, 1)).toBe(2);
    expect(values(turned)).toEqual([1, 2, 3, 4]);
    expect(failure(() => call('zeros', '', [2], F32, undefined, 'toaster')).message).toMatch(/toaster/);
  });

  it('text', () => {
    const exact = values(make('gelu', '', f32([1])));
    expect(values(make('gelu', '', f32([1]), 'none'))).toEqual(exact);
    const approximate = values(make('gelu', '', f32([1]), 'tanh'));
    expect(approximate).not.toEqual(exact);
    expect(approximate[0]).toBeCloseTo(exact[0] ?? 0, 3);
  });

  it('a generator, and none', () => {
    const generator = native().createGenerator('cpu', 5);
    const first = values(make('randn', 'generator', [3], generator));
    native().releaseGenerator(generator);
    const again = native().createGenerator('cpu', 5);
    expect(values(make('randn', 'generator', [3], again))).toEqual(first);
    native().releaseGenerator(again);
    expect(failure(() => call('randn', 'generator', [3], again)).message).toMatch(
      /generator used after it was disposed/,
    );
    expect(shape(make('randn', 'generator', [3], null))).toEqual([3]);
  });

  it('omitted arguments take the schema’s defaults', () => {
    expect(values(make('add', 'Tensor', f32([1]), f32([2])))).toEqual([3]);
    expect(values(make('add', 'Tensor', f32([1]), f32([2]), undefined))).toEqual([3]);
    expect(values(make('add', 'Tensor', f32([1]), f32([2]), 10))).toEqual([21]);
  });

  it('more arguments than fit on the call stack still arrive', () => {
    const extra = Array.from({ length: 40 }, () => null);
    expect(failure(() => call('relu', '', f32([1]), ...extra)).message).toMatch(/takes at most 1 argument/);
  });
});

describe('results of every kind', () => {
  it('a tuple and a list of tensors are arrays', () => {
    const [top, index] = call('topk', '', f32([1, 9, 3]), 2) as [Handle, Handle];
    expect(values(hold(top))).toEqual([9, 3]);
    expect(values(hold(index))).toEqual([1, 2]);
    const rows = call('unbind', 'int', f32([1, 2, 3, 4], [2, 2])) as Handle[];
    expect(rows.map((row) => values(hold(row)))).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('a tensor that was not requested is null', () => {
    const x = f32([1, 2, 3, 4], [1, 1, 2, 2]);
    const kernel = f32([2], [1, 1, 1, 1]);
    const one = [1, 1];
    const none = [0, 0];
    const mask = [true, false, true];
    const results = call(
      'convolution_backward',
      '',
      x,
      x,
      kernel,
      [1],
      one,
      none,
      one,
      false,
      none,
      1,
      mask,
    ) as Handle[];
    expect(results[1]).toBeNull();
    expect(values(hold(results[0] ?? -1))).toEqual([2, 4, 6, 8]);
    expect(values(hold(results[2] ?? -1))).toEqual([10]);
  });

  it('booleans, integers and scalars are values', () => {
    const x = f32([1.5, 2]);
    expect(call('equal', '', x, f32([1.5, 2]))).toBe(true);
    expect(call('equal', '', x, f32([1.5, 3]))).toBe(false);
    expect(call('size', 'int', x, 0)).toBe(2);
    expect(call('_local_scalar_dense', '', f32([1.5]))).toBe(1.5);
    expect(call('_local_scalar_dense', '', i64(7))).toBe(7);
  });

  it('an in-place operator changes its argument and creates no handle', () => {
    const x = f32([1, 2]);
    const before = native().liveTensors();
    nativeOperator('aten::add_', 'Tensor').perform(x, x);
    expect(values(x)).toEqual([2, 4]);
    expect(native().liveTensors()).toBe(before);
  });
});

describe('errors', () => {
  it('contain operator, shapes, dtypes and the reason on one line', () => {
    const wide = hold(native().tensorFromBuffer(new Float64Array(6), [2, 3], F64, false));
    const error = failure(() => call('mm', '', f32([1, 2], [1, 2]), wide));
    expect(error.message).toMatch(/^aten::mm\(f32\[1, 2\], f64\[2, 3\]\): \S.*/);
    expect(error.message).not.toContain('\n');
    expect(error.name).toBe('OperatorError');
    expect(error.exitCode).toBe(1);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('show lists, numbers and missing arguments', () => {
    expect(failure(() => call('permute', '', f32([1, 2]), [0, 1, 2])).message).toMatch(
      /^aten::permute\(f32\[2\], \[0, 1, 2\]\): /,
    );
    expect(failure(() => call('cat', '', [f32([1]), f32([1, 2], [1, 2])])).message).toMatch(
      /^aten::cat\(2 tensors \(first f32\[1\]\)\): /,
    );
    expect(failure(() => call('add', 'Tensor', f32([1]))).message).toBe(
      'aten::add.Tensor(f32[1]): a required argument is missing',
    );
    expect(failure(() => call('index', 'Tensor', f32([1]), [null, i64(0)])).message).toMatch(
      /^aten::index\.Tensor\(f32\[1\], 1 tensor \(first i64\[1\]\)\): /,
    );
  });

  it('of an in-place operator name it too', () => {
    expect(
      failure(() => {
        nativeOperator('aten::add_', 'Tensor').perform(f32([1]), f32([1, 2]));
      }).message,
    ).toMatch(/^aten::add_\.Tensor\(f32\[1\], f32\[2\]\): /);
  });

  it('are thrown for arguments of the wrong kind: no crash', () => {
    const odd = [Symbol('x'), {}, 'text', () => 1, Object.create(null), [[1]]] as unknown as NativeValue[];
    for (const value of odd)
      for (const [name, overload, rest] of [
        ['add', 'Tensor', []],
        ['permute', '', []],
        ['cat', '', []],
        ['select', 'int', [0]],
      ] as const) {
        const values = name === 'cat' ? [value] : [f32([1]), value, ...rest];
        expect(failure(() => call(name, overload, ...values)).message).toContain(`aten::${name}`);
      }
  });

  it('say that an operator does not exist', () => {
    expect(failure(() => call('ad', 'Tensor', f32([1]))).message).toBe(
      'this libtorch has no operator aten::ad.Tensor',
    );
    expect(() => native().call(1e6)).toThrow('unknown operator id');
    expect(() => {
      (native().call as unknown as () => void)();
    }).toThrow('expected an integer');
  });

  it('do not affect later calls', () => {
    const before = native().liveTensors();
    for (let i = 0; i < 100; i++) failure(() => call('mm', '', f32([1]), f32([1])));
    expect(values(make('add', 'Tensor', f32([1]), f32([1])))).toEqual([2]);
    expect(native().liveTensors()).toBe(before + made.length);
  });

  it('thrown while reading an argument propagate unchanged', () => {
    const trap = Object.defineProperty([0], 0, {
      get() {
        throw new Error('from the trap');
      },
    });
    expect(failure(() => call('permute', '', f32([1]), trap)).message).toBe('from the trap');
  });
});
