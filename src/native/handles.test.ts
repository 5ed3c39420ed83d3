import { expect, it } from 'vitest';
import type { Handle } from './addon.ts';
import { native } from './load.ts';
import { nativeOperator } from './operator.ts';

const F32 = 6;
const stale = 'tensor used after it was disposed';
const one = (value = 1): Handle => native().tensorFromBuffer(Float32Array.of(value), [1], F32, false);

it('a released handle is rejected, even by a second release', () => {
  const handle = one();
  native().releaseTensor(handle);
  expect(() => native().tensorMeta(handle)).toThrow(stale);
  expect(() => native().tensorItem(handle)).toThrow(stale);
  expect(() => {
    native().releaseTensor(handle);
  }).toThrow(stale);
  expect(() => nativeOperator('aten::relu', '').call(handle)).toThrow(stale);
});

it('a stale handle is rejected after its slot is reused', () => {
  const first = one(1);
  native().releaseTensor(first);
  const second = one(2);
  const slot = (handle: Handle): number => handle % 2 ** 26;
  expect(slot(second)).toBe(slot(first));
  expect(second).not.toBe(first);
  expect(() => native().tensorItem(first)).toThrow(stale);
  expect(() => {
    native().releaseTensor(first);
  }).toThrow(stale);
  expect(native().tensorItem(second)).toBe(2);
  native().releaseTensor(second);
});

it('numbers that never were handles are rejected', () => {
  const handle = one();
  for (const number of [
    handle + 0.5,
    -1,
    -0.5,
    NaN,
    Infinity,
    -Infinity,
    1e300,
    2 ** 53,
    handle + 2 ** 26,
    2 ** 26 - 1,
  ])
    expect(() => native().tensorMeta(number), String(number)).toThrow(stale);
  for (const value of ['0', null, undefined, {}])
    expect(() => native().tensorMeta(value as Handle)).toThrow('expected a tensor');
  native().releaseTensor(handle);
});

it('the live-tensor count follows the handles', () => {
  const before = native().liveTensors();
  const handles = Array.from({ length: 1000 }, (_, i) => one(i));
  expect(native().liveTensors()).toBe(before + 1000);
  expect(new Set(handles).size).toBe(1000);
  expect(handles.map((handle) => native().tensorItem(handle))).toEqual(handles.map((_, i) => i));
  for (const handle of handles) native().releaseTensor(handle);
  expect(native().liveTensors()).toBe(before);
});

it('a tensor lives as long as one of its handles', () => {
  const base = native().tensorFromBuffer(Float32Array.of(1, 2, 3, 4), [2, 2], F32, false);
  const row = nativeOperator('aten::select', 'int').call(base, 0, 1) as Handle;
  native().releaseTensor(base);
  const values = new Float32Array(2);
  native().tensorCopyOut(row, values);
  expect([...values]).toEqual([3, 4]);
  native().releaseTensor(row);
});

const bytes = (): number => native().liveBytes();
const mib = 2 ** 20;

it('memory is counted once, whether base or view dies first', () => {
  const elements = 16 * mib;
  const zeros = nativeOperator('aten::zeros', '');
  const view = nativeOperator('aten::view', '');
  const before = bytes();
  const base = zeros.call([elements], F32) as Handle;
  const alias = view.call(base, [2, elements / 2]) as Handle;
  expect(bytes() - before).toBe(64 * mib);
  native().releaseTensor(base);
  expect(bytes() - before).toBe(64 * mib);
  const second = view.call(alias, [elements]) as Handle;
  native().releaseTensor(alias);
  expect(bytes() - before).toBe(64 * mib);
  native().releaseTensor(second);
  expect(bytes() - before).toBe(0);
});

it('a detached tensor or a second handle adds no memory', () => {
  const before = bytes();
  const base = nativeOperator('aten::zeros', '').call([16 * mib], F32) as Handle;
  const others = [
    nativeOperator('aten::detach', '').call(base) as Handle,
    nativeOperator('aten::contiguous', '').call(base) as Handle,
  ];
  expect(bytes() - before).toBe(64 * mib);
  for (const handle of [base, ...others]) native().releaseTensor(handle);
  expect(bytes() - before).toBe(0);
});

it('memory owned by JavaScript is not counted twice', () => {
  const array = new Float32Array(16 * mib);
  const before = bytes();
  const shared = native().tensorFromBuffer(array, [array.length], F32, true);
  expect(bytes() - before).toBe(0);
  native().releaseTensor(shared);
  expect(bytes() - before).toBe(0);
});

it('a new tensor’s memory is not mistaken for freed memory at the same address', () => {
  const before = bytes();
  for (let i = 0; i < 100; i++) {
    native().releaseTensor(nativeOperator('aten::zeros', '').call([1000], F32) as Handle);
    native().releaseTensor(native().tensorFromBuffer(new Float32Array(1000), [1000], F32, true));
    expect(bytes()).toBe(before);
  }
});
