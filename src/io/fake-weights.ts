/** Weight files of three small tensors, in each format, for tests. */
import { writeFileSync } from 'node:fs';
import { numbersOf } from './numbers.ts';
import { type FakeEntry, legacyOf, pickleOf, type Raw, tensorOf, zipOf } from './pytorch/fake-file.ts';
import { encodeSafetensors, type StoredTensor } from './safetensors.ts';
import { openWeightFile } from './weight-file.ts';

/** Writes a file and reads its tensors. */
export async function readAllFrom(path: string, bytes: Uint8Array): Promise<Record<string, number[]>> {
  writeFileSync(path, bytes);
  const file = await openWeightFile(path);
  try {
    const result: Record<string, number[]> = {};
    for (const [name, tensor] of file.tensors) result[name] = [...numbersOf(await tensor.read())];
    return result;
  } finally {
    file.close();
  }
}

export async function errorFrom(path: string, bytes: Uint8Array): Promise<Error> {
  try {
    await readAllFrom(path, bytes);
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was read');
}

export const floats = Float32Array.of(0, 1, 2, 3, 4, 5);
export const bytesOf = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer);
export const weight = { key: '0', shape: [2, 3], elements: 6 };
export const expected = { w: [0, 1, 2, 3, 4, 5], t: [0, 3, 1, 4, 2, 5], b: [4, 5] };
export const dictOf = (legacy: boolean): Map<string, Raw> =>
  new Map([
    ['w', tensorOf({ ...weight, legacy })],
    ['t', tensorOf({ ...weight, shape: [3, 2], strides: [1, 3], legacy })],
    ['b', tensorOf({ ...weight, shape: [2], offset: 4, legacy })],
  ]);
export const zipWith = (content: unknown, more: Readonly<Record<string, FakeEntry>> = {}): Buffer =>
  zipOf({
    'net/data.pkl': { data: pickleOf(content) },
    'net/data/0': { data: bytesOf(floats) },
    ...more,
  });
export const zipped = zipWith(dictOf(false));
export const legacy = legacyOf(dictOf(true), new Map([['0', floats]]));
export const safe = Buffer.concat(
  encodeSafetensors(
    new Map<string, StoredTensor>([['w', { dtype: 'F32', shape: [2, 3], data: bytesOf(floats) }]]),
  ),
);
