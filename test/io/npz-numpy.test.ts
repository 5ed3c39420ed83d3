/** Our .npz files read by NumPy, if python3 (or $PYTHON) has it: every bit. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type NpyArray, writeNpz } from '../../src/io/index.ts';
import { ask, python, versionOf } from '../peers/python.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const version = versionOf('numpy');
const title = version ? `NumPy ${version}` : `NumPy: skipped, ${python} has no numpy`;

interface Found {
  readonly broken: string | null;
  readonly names: string[];
  readonly arrays: Readonly<
    Record<string, { dtype: string; shape: number[]; order: boolean; bits: string[] }>
  >;
}

const bitsOf = ({ data }: NpyArray): string[] =>
  Array.from(new BigUint64Array(data.buffer, data.byteOffset, data.length), (bits) =>
    bits.toString(16).padStart(16, '0'),
  );

describe.skipIf(version === undefined)(title, { timeout: 60_000 }, () => {
  const folder = temporaryFolder();
  const path = join(folder, 'arrays.npz');

  it('reads names, types, shapes and every bit', () => {
    const special = [0, -0, 1 / 3, NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE];
    const arrays = new Map<string, NpyArray>([
      ['losses', { shape: [2, 4], data: Float64Array.from(special) }],
      ['one', { shape: [], data: Float64Array.of(Math.PI) }],
      ['none', { shape: [3, 0], data: new Float64Array(0) }],
      ['whole', { shape: [3], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, -1n) }],
      ['c1/errors of Euler', { shape: [1, 1, 2], data: Float64Array.of(1, 2) }],
      ['Füße', { shape: [1], data: Float64Array.of(3) }],
      ['large', { shape: [300, 400], data: Float64Array.from({ length: 120_000 }, (_, i) => Math.sin(i)) }],
    ]);
    writeNpz(path, arrays);
    const { broken, names, arrays: found } = ask('npz.py', path) as Found;
    expect(broken).toBeNull();
    expect(names).toEqual([...arrays.keys()]);
    for (const [name, array] of arrays)
      expect(found[name], name).toEqual({
        dtype: array.data instanceof Float64Array ? '<f8' : '<i8',
        shape: array.shape,
        order: true,
        bits: bitsOf(array),
      });
  });

  it('an archive without arrays is valid', () => {
    writeNpz(path, new Map());
    expect((ask('npz.py', path) as Found).names).toEqual([]);
  });

  it('a planted fault, one bit of a number, is found by the checksum', () => {
    writeNpz(path, new Map([['x', { shape: [2], data: Float64Array.of(1, 2) }]]));
    const bytes = readFileSync(path);
    const place = bytes.indexOf(Buffer.from(Float64Array.of(2).buffer));
    bytes[place] = bytes[place]! ^ 1;
    writeFileSync(path, bytes);
    expect(() => ask('npz.py', path)).toThrow('Bad CRC-32');
  });
});
