/** Files written by PyTorch, if python3 (or $PYTHON) has it: every bit, and no code. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../src/errors.ts';
import { numbersOf, openWeightFile, type StoredTensor } from '../../src/io/index.ts';
import { ask, python, versionOf } from '../peers/python.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const version = versionOf('torch');
const title = version ? `PyTorch ${version}` : `PyTorch: skipped, ${python} has no torch`;

interface Answer {
  readonly tensors: Readonly<Record<string, { shape: number[]; bits: string }>>;
  /** Whether torch.load ran the attack, which proves that it is one. */
  readonly ran: Readonly<Record<string, boolean>>;
  /** The entries beside the weights of the files extra-NAME.pth. */
  readonly extras: readonly string[];
}

async function readAll(path: string): Promise<Map<string, StoredTensor>> {
  const file = await openWeightFile(path);
  try {
    const stored = new Map<string, StoredTensor>();
    for (const [name, tensor] of file.tensors) stored.set(name, await tensor.read());
    return stored;
  } finally {
    file.close();
  }
}

describe.skipIf(version === undefined)(title, { timeout: 120_000 }, () => {
  const folder = temporaryFolder();
  let answer: Answer;
  beforeAll(() => {
    answer = ask('torch_files.py', folder) as Answer;
  });

  it.each(['zip-2', 'zip-3', 'zip-4', 'legacy-2', 'legacy-3', 'legacy-4', 'bare'])(
    '%s: shapes and every bit, for any type, stride and offset',
    async (name) => {
      const stored = await readAll(join(folder, `${name}.pth`));
      expect([...stored.keys()]).toEqual(Object.keys(answer.tensors));
      for (const [key, { shape, data }] of stored)
        expect({ shape, bits: Buffer.from(data).toString('hex') }, key).toEqual(answer.tensors[key]);
    },
  );

  it('numbers of every type equal those of PyTorch', async () => {
    const stored = await readAll(join(folder, 'zip-2.pth'));
    const numbers = (name: string): number[] => [...numbersOf(stored.get(name)!)];
    expect(numbers('special')).toEqual([Number.NaN, Infinity, -0, 2 ** -149]);
    expect(numbers('i8')).toEqual([-2, -1, 0, 1, 2]);
    expect(numbers('i16')).toEqual(numbers('i8'));
    expect(numbers('i32')).toEqual(numbers('i8'));
    expect(numbers('u8')).toEqual([0, 1, 2, 3, 4]);
    expect(numbers('bool')).toEqual([1, 0, 1]);
    expect(numbers('i64')[1]).toBe(-5);
    const exact = Buffer.from(answer.tensors.f64!.bits, 'hex');
    expect(numbers('f64')).toEqual(Array.from({ length: 6 }, (_, i) => exact.readDoubleLE(8 * i)));
  });

  const bitsOf = (stored: ReadonlyMap<string, StoredTensor>) =>
    Object.fromEntries(
      [...stored].map(([key, { shape, data }]) => [key, { shape, bits: Buffer.from(data).toString('hex') }]),
    );

  it('entries beside the weights are skipped: arrays, dates, sets, options, modules', async () => {
    expect(answer.extras.length).toBeGreaterThan(20);
    for (const name of answer.extras)
      expect(bitsOf(await readAll(join(folder, `extra-${name}.pth`))), name).toEqual(answer.tensors);
    for (const kind of ['zip', 'legacy'])
      for (const protocol of [2, 3, 4, 5])
        expect(bitsOf(await readAll(join(folder, `extras-${kind}-${protocol}.pth`)))).toEqual(answer.tensors);
  });

  it('NumPy arrays are tensors', async () => {
    const stored = await readAll(join(folder, 'arrays.pth'));
    expect([...numbersOf(stored.get('a.weight')!)]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(stored.get('b.weight')!.shape).toEqual([2, 3]);
    expect([...numbersOf(stored.get('b.weight')!)]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('the error for a TorchScript program says how to get weights from it', async () => {
    await expect(readAll(join(folder, 'script.pt'))).rejects.toThrow(
      'script.pt is a TorchScript program; expected a PyTorch state dict; make it in Python: torch.save(torch.jit.load(IN).state_dict(), OUT)',
    );
  });

  it('attacks that work on torch.load are refused, by the name of the function they call, and do not run', async () => {
    const names = Object.keys(answer.ran);
    expect(names).toHaveLength(8);
    expect(names.filter((name) => answer.ran[name]).map((name) => name.split('-')[0])).toEqual([
      ...['system', 'system', 'eval', 'eval', 'exec', 'exec'],
    ]);
    const calls: Record<string, string> = { system: 'posix.system', getattr: '__builtin__.__import__' };
    for (const name of names) {
      const attack = name.split('-')[0]!;
      const error: unknown = await readAll(join(folder, `attack-${name}.pth`)).catch(
        (thrown: unknown) => thrown,
      );
      expect(error, name).toBeInstanceOf(FileError);
      expect((error as Error).message, name).toContain(
        `names "${calls[attack] ?? `__builtin__.${attack}`}", which is not part of weights`,
      );
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('ran-'))).toEqual([]);
  });

  it('a whole module is refused as code', async () => {
    for (const name of ['module.pth', 'module-legacy.pth'])
      await expect(readAll(join(folder, name))).rejects.toThrow(
        'it holds an object of "torch.nn.modules.batchnorm.BatchNorm1d", whose class is code and is not loaded; save model.state_dict() instead',
      );
  });

  it.each(['zip-2', 'legacy-2'])('%s truncated at every 100th byte is a named error', async (name) => {
    const whole = readFileSync(join(folder, `${name}.pth`));
    const path = join(folder, 'cut.pth');
    for (let length = 0; length < whole.length; length += 100) {
      writeFileSync(path, whole.subarray(0, length));
      const error: unknown = await readAll(path).catch((thrown: unknown) => thrown);
      expect(error, `${length} bytes`).toBeInstanceOf(FileError);
    }
  });
});
