import { expect, it } from 'vitest';
import { tensorOfStored } from './stored-tensor.ts';

it('any non-zero byte of a stored boolean is true', () => {
  const x = tensorOfStored({ dtype: 'BOOL', shape: [3], data: Uint8Array.of(0, 1, 7) });
  expect(x.dtype).toBe('bool');
  expect(x.toTypedArray()).toEqual(Uint8Array.of(0, 1, 1));
});
