import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeSafetensors, type StoredTensor } from '../../io/index.ts';
import { writeFakeRun } from '../../report/fake-run.ts';
import { routes, type WeightClouds } from '../protocol/index.ts';
import { symmetricEigen } from './eigen.ts';
import { ask, startFakeStudio } from './fake-page.ts';
import { principalPlane } from './principal-plane.ts';
import type { Studio } from './studio.ts';

const element = fc.double({ min: -10, max: 10, noNaN: true });

it('eigenvectors are orthonormal, and give back the matrix', async () => {
  const matrices = fc
    .integer({ min: 1, max: 7 })
    .chain((n) => fc.tuple(fc.constant(n), fc.array(element, { minLength: n * n, maxLength: n * n })));
  await fc.assert(
    fc.asyncProperty(matrices, async ([n, entries]) => {
      const a = Float64Array.from(entries, (_, i) => entries[Math.min(i, (i % n) * n + Math.floor(i / n))]!);
      const { values, vectors } = await symmetricEigen(a.slice(), n);
      expect([...values]).toEqual([...values].sort((x, y) => y - x));
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          const sum = (of: (k: number) => number): number => values.reduce((total, _, k) => total + of(k), 0);
          expect(sum((k) => values[k]! * vectors[k]![i]! * vectors[k]![j]!)).toBeCloseTo(a[i * n + j]!, 9);
          const product = vectors[i]!.reduce((total, value, k) => total + value * vectors[j]![k]!, 0);
          expect(product).toBeCloseTo(i === j ? 1 : 0, 11);
        }
    }),
    { numRuns: 200 },
  );
});

it('eigenvalues of a known matrix', async () => {
  // Second differences: 2 - 2 cos(k pi / (n + 1)).
  const n = 12;
  const a = Float64Array.from(
    { length: n * n },
    (_, i) => [2, -1][Math.abs(Math.floor(i / n) - (i % n))] ?? 0,
  );
  const { values } = await symmetricEigen(a, n);
  values.forEach((value, k) => {
    expect(value).toBeCloseTo(2 - 2 * Math.cos(((n - k) * Math.PI) / (n + 1)), 12);
  });
});

it('points of a plane in many dimensions keep their distances, and nothing is left over', async () => {
  const [u, v] = [0, 1].map((phase) =>
    Float64Array.from({ length: 500 }, (_, i) => Math.sin(0.37 * i + phase * 1.3)),
  );
  const at = Array.from({ length: 30 }, (_, i) => [Math.cos(i) * 5 + 100, Math.sin(3 * i)] as const);
  const points = at.map(([a, b]) => u!.map((value, i) => a * value + b * v![i]!));
  const { coordinates, explained } = await principalPlane(points);
  expect(explained[0] + explained[1]).toBeCloseTo(1, 12);
  expect(explained[0]).toBeGreaterThan(explained[1]);
  for (let i = 0; i < 30; i++)
    for (let j = 0; j < i; j++) {
      const far = Math.sqrt(points[i]!.reduce((sum, value, k) => sum + (value - points[j]![k]!) ** 2, 0));
      const near = Math.hypot(
        coordinates[i]![0] - coordinates[j]![0],
        coordinates[i]![1] - coordinates[j]![1],
      );
      expect(near).toBeCloseTo(far, 8);
    }
  for (const axis of [0, 1] as const)
    expect(coordinates.reduce((sum, point) => sum + point[axis], 0)).toBeCloseTo(0, 8);
});

it('one point, and points that are all one, have no variance to share', async () => {
  expect(await principalPlane([[1, 2, 3]])).toEqual({ coordinates: [[0, 0]], explained: [0, 0] });
  expect(
    (
      await principalPlane([
        [1, 2],
        [1, 2],
        [1, 2],
      ])
    ).explained,
  ).toEqual([0, 0]);
});

let root: string;
let studio: Studio;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'studio-weights-'));
  studio = await startFakeStudio(root);
});
afterAll(async () => {
  await studio.close();
  rmSync(root, { recursive: true, force: true });
});

const f32 = (values: readonly number[], shape: readonly number[] = [values.length]): StoredTensor => ({
  dtype: 'F32',
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer),
});

/** A stage with a transition of other shapes and three blocks; their first weights are given. */
function writeCheckpoint(
  run: string,
  name: string,
  step: number,
  first: readonly number[],
  tau?: readonly number[],
  reorder = 'true',
): void {
  const folder = join(root, run, 'checkpoints', name);
  mkdirSync(folder, { recursive: true });
  const blocks = first.flatMap((value, i): [string, StoredTensor][] => [
    [`layer2.${i + 1}.conv1.weight`, f32([value, 0, 0, 0], [2, 2, 1, 1])],
    [`layer2.${i + 1}.bn1.running_mean`, f32([999 * step * i])],
  ]);
  const tensors = new Map<string, StoredTensor>([
    ['layer2.0.conv1.weight', f32([7, 7], [2, 1, 1, 1])],
    ...blocks,
    ...(tau ? [['layer2.tau', f32(tau)] as const] : []),
    ['linear.weight', f32([1, 2])],
  ]);
  writeFileSync(
    join(folder, 'model.safetensors'),
    Buffer.concat(encodeSafetensors(tensors, { step: String(step), reorder })),
  );
}

async function cloudsOf(run: string): Promise<WeightClouds> {
  const { status, text } = await ask(studio.port, `/${routes.weights(run)}`);
  expect(status).toBe(200);
  return JSON.parse(text) as WeightClouds;
}

it('blocks of each checkpoint are points with their positions and places; transitions and statistics are none', async () => {
  writeFakeRun(root, { name: 'a', epochs: 1, stepsPerEpoch: 3 });
  writeCheckpoint('a', 'epoch-001', 10, [1, 2, 3], [0.5, 0.25, 0.75]);
  writeCheckpoint('a', 'last', 20, [1, 2, 6], [0.5, 0.25, 0.125]);
  writeCheckpoint('a', 'best', 20, [1, 2, 6], [0.5, 0.25, 0.125]);
  const { layer2 } = (await cloudsOf('a')).stages;
  expect(layer2?.points.map(({ step, particle, tau, place }) => [step, particle, tau, place])).toEqual([
    [10, 0, 0.5, 1],
    [10, 1, 0.25, 0],
    [10, 2, 0.75, 2],
    [20, 0, 0.5, 2],
    [20, 1, 0.25, 1],
    [20, 2, 0.125, 0],
  ]);
  const mean = (1 + 2 + 3 + 1 + 2 + 6) / 6;
  expect(layer2?.points.map(({ x }) => x)).toEqual(
    [1, 2, 3, 1, 2, 6].map((value) => expect.closeTo(value - mean, 9) as number),
  );
  expect(layer2?.explained).toEqual([1, 0].map((value) => expect.closeTo(value, 9) as number));
  // A checkpoint that is written anew is read anew.
  writeCheckpoint('a', 'last', 30, [1, 2, 60], [0.5, 0.25, 0.125]);
  expect((await cloudsOf('a')).stages.layer2?.points).toHaveLength(9);
});

it('frozen orders stay, and schemes without positions have none', async () => {
  writeFakeRun(root, { name: 'frozen', epochs: 1, stepsPerEpoch: 3 });
  writeCheckpoint('frozen', 'last', 5, [1, 2, 3], [0.5, 0.25, 0.75], 'false');
  expect((await cloudsOf('frozen')).stages.layer2?.points.map(({ place }) => place)).toEqual([0, 1, 2]);
  writeFakeRun(root, { name: 'vanilla', epochs: 1, stepsPerEpoch: 3 });
  writeCheckpoint('vanilla', 'last', 5, [1, 2, 3]);
  expect((await cloudsOf('vanilla')).stages.layer2?.points.map(({ tau, place }) => [tau, place])).toEqual([
    [null, 0],
    [null, 1],
    [null, 2],
  ]);
});

it('no checkpoints, damaged ones and those behind links give no points, and no error', async () => {
  writeFakeRun(root, { name: 'bare', epochs: 1, stepsPerEpoch: 3 });
  expect(await cloudsOf('bare')).toEqual({ stages: {} });
  const outside = mkdtempSync(join(tmpdir(), 'outside-'));
  writeFakeRun(root, { name: 'odd', epochs: 1, stepsPerEpoch: 3 });
  writeCheckpoint('odd', 'last', 5, [1, 2, 3]);
  writeFileSync(join(root, 'odd', 'checkpoints', 'last', 'model.safetensors'), 'torn');
  symlinkSync(outside, join(root, 'odd', 'checkpoints', 'best'));
  writeFileSync(join(outside, 'model.safetensors'), 'x');
  expect(await cloudsOf('odd')).toEqual({ stages: {} });
  rmSync(outside, { recursive: true });
});
