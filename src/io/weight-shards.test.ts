import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileError } from '../errors.ts';
import { bytesOf, errorFrom, expected, floats, readAllFrom, zipped } from './fake-weights.ts';
import { encodeSafetensors, type StoredTensor } from './safetensors.ts';
import { temporaryFolder } from '../test-folder.ts';

const folder = temporaryFolder();
const path = join(folder, 'weights.pth');
const readAll = (bytes: Uint8Array): Promise<Record<string, number[]>> => readAllFrom(path, bytes);
const errorOf = (bytes: Uint8Array): Promise<Error> => errorFrom(path, bytes);

describe('sharded weights', () => {
  const part = (name: string, ...keys: readonly string[]): void => {
    const tensors = keys.map((key): [string, StoredTensor] => [
      key,
      { dtype: 'F32', shape: [2, 3], data: bytesOf(floats) },
    ]);
    writeFileSync(join(folder, name), Buffer.concat(encodeSafetensors(new Map(tensors))));
  };
  const index = (map: unknown): Buffer =>
    Buffer.from(JSON.stringify({ metadata: { total_size: 48 }, weight_map: map }));
  part('model-1.safetensors', 'a', 'b');
  part('model-2.safetensors', 'c', 'unlisted');
  writeFileSync(join(folder, 'model-3.bin'), zipped);

  it('are read by their index, in either format', async () => {
    const map = { a: 'model-1.safetensors', c: 'model-2.safetensors' };
    expect(await readAll(index(map))).toEqual({ a: expected.w, c: expected.w });
    expect(await readAll(index({ t: 'model-3.bin' }))).toEqual({ t: expected.t });
  });

  it.each<[string, unknown, string]>([
    ['a part that is missing', { a: 'model-9.safetensors' }, 'model-9.safetensors: it does not exist'],
    [
      'a tensor that its part lacks',
      { a: 'model-1.safetensors', d: 'model-2.safetensors' },
      'there is no d in model-2.safetensors',
    ],
    ['a part elsewhere', { a: '../model-1.safetensors' }, 'names "../model-1.safetensors" as a part'],
    ['the folder as a part', { a: '..' }, 'names ".." as a part'],
    ['a part that is not a name', { a: 3 }, 'names 3 as a part'],
    ['itself', { a: 'weights.pth' }, 'names itself as a part'],
    ['another index', { a: 'other.index.json' }, 'that file is an index'],
    ['nothing', {}, 'names no tensors'],
  ])('%s is a named error', async (_, map, message) => {
    const error = await errorOf(index(map));
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
  });
});
