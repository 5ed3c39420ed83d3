/** `meanfield bench` as a user runs it, on problems too small to say anything about speed. */
import { expect, it } from 'vitest';
import { meanfield } from './command.ts';

interface Found {
  readonly rows: readonly {
    readonly name: string;
    readonly ours: number;
    readonly peer: number;
    readonly ratio: number;
    readonly exponent: { readonly slope: number };
  }[];
  readonly ceiling: { readonly gemm: Readonly<Record<string, number>>; readonly copy: number };
  readonly machine: { readonly cores: number };
}
const small = ['--runs', '1', '--steps', '2', '--warmup', '1', '--threads', '1', '--json'];

function bench(...args: string[]): Found {
  const { code, stdout, stderr } = meanfield(['bench', args[0] ?? '', ...small, ...args.slice(1)]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Found;
}

it.each([
  ['step', '--batch-size', '8', '--precision', 'f32', '--scheme', 'mean-field'],
  ['infer', '--batch-size', '8', '--precision', 'f32'],
  ['flow', '--samples', '50', '--particles', '40', '--slices', '3'],
])('bench %s reports our time, the time of PyTorch, and the ceilings', (...args) => {
  const { rows, ceiling, machine } = bench(...args);
  expect(rows).toHaveLength(1);
  const [{ name, ours, peer, ratio } = { name: '', ours: 0, peer: 0, ratio: 0 }] = rows;
  expect(name.startsWith(args[0])).toBe(true);
  expect(ours).toBeGreaterThan(0);
  expect(ratio).toBeCloseTo(ours / peer, 10);
  expect(ceiling.gemm.f64).toBeGreaterThan(1);
  expect(ceiling.copy).toBeGreaterThan(1);
  expect(machine.cores).toBeGreaterThan(0);
});

it('bench scaling fits an exponent', () => {
  const { rows } = bench('scaling', '--axis', 'flow slices', '--steps', '1', '--warmup', '0');
  expect(rows[0]?.exponent.slope).toBeGreaterThan(0.5);
  expect(rows[0]?.exponent.slope).toBeLessThan(1.5);
});

it('bench epoch says where it looked for data', () => {
  const { code, stderr } = meanfield(['bench', 'epoch', '--data-dir', '/nowhere', '--runs', '1']);
  expect(code).toBeGreaterThan(0);
  expect(stderr).toContain('/nowhere');
});
