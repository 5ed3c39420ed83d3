import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeSafetensors, type StoredTensor } from '../../io/index.ts';
import { writeFakeRun } from '../../runs/fake-run.ts';
import { routes, type WeightClouds } from '../protocol/index.ts';
import { selectCheckpoints } from './checkpoint-files.ts';
import { ask, startFakeStudio } from './fake-page.ts';
import { principalPlane } from './principal-plane.ts';
import { RunIndex } from './run-index.ts';
import type { Studio } from './studio.ts';
import { CloudStore } from './weight-clouds.ts';
import { temporaryFolder } from '../../test-folder.ts';

it('points on a plane in many dimensions keep their distances and all variance is explained', async () => {
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

it('a single point and coinciding points have no variance to explain', async () => {
  const point = (): Float64Array => Float64Array.of(1, 2, 3);
  expect(await principalPlane([])).toEqual({ coordinates: [], explained: [0, 0] });
  expect(await principalPlane([point()])).toEqual({ coordinates: [[0, 0]], explained: [0, 0] });
  expect((await principalPlane([point(), point(), point()])).explained).toEqual([0, 0]);
});

const root = temporaryFolder();
let studio: Studio;
beforeAll(async () => {
  studio = await startFakeStudio(root);
});
afterAll(async () => {
  await studio.close();
});

const f32 = (values: readonly number[], shape: readonly number[] = [values.length]): StoredTensor => ({
  dtype: 'F32',
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer),
});

/** Writes a stage with a transition of other shapes and three blocks with the given first weights. */
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

it('the blocks of each checkpoint are points with tau and order; transitions and statistics are not', async () => {
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
  // A rewritten checkpoint is read again.
  writeCheckpoint('a', 'last', 30, [1, 2, 60], [0.5, 0.25, 0.125]);
  expect((await cloudsOf('a')).stages.layer2?.points).toHaveLength(9);
});

it('frozen orders are kept, and schemes without positions have none', async () => {
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

it('missing, damaged and linked checkpoints give no points and no error', async () => {
  writeFakeRun(root, { name: 'bare', epochs: 1, stepsPerEpoch: 3 });
  expect(await cloudsOf('bare')).toEqual({ stages: {} });
  const outside = temporaryFolder();
  writeFakeRun(root, { name: 'odd', epochs: 1, stepsPerEpoch: 3 });
  writeCheckpoint('odd', 'last', 5, [1, 2, 3]);
  writeFileSync(join(root, 'odd', 'checkpoints', 'last', 'model.safetensors'), 'torn');
  symlinkSync(outside, join(root, 'odd', 'checkpoints', 'best'));
  writeFileSync(join(outside, 'model.safetensors'), 'x');
  expect(await cloudsOf('odd')).toEqual({ stages: {} });
});

it('reads fewer checkpoints for many blocks, and evenly spaced blocks for very many; always the first and last', async () => {
  const pointsOf = async (blocks: number): Promise<WeightClouds['stages'][string]['points']> => {
    const run = `wide-${blocks}`;
    writeFakeRun(root, { name: run, epochs: 1, stepsPerEpoch: 3 });
    const first = Array.from({ length: blocks }, (_, i) => Math.sin(i));
    for (let step = 1; step <= 30; step++) writeCheckpoint(run, `epoch-${100 + step}`, step, first);
    return (await cloudsOf(run)).stages.layer2?.points ?? [];
  };
  const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];
  for (const [blocks, checkpoints, shown] of [
    [3, 24, 3],
    [100, 6, 100],
    [299, 2, 299],
    [700, 2, 300],
  ] as const) {
    const points = await pointsOf(blocks);
    expect(points).toHaveLength(checkpoints * shown);
    const steps = distinct(points.map(({ step }) => step));
    expect([steps.length, steps[0], steps.at(-1)]).toEqual([checkpoints, 1, 30]);
    const particles = distinct(points.map(({ particle }) => particle));
    expect([particles.length, particles[0], particles.at(-1)]).toEqual([shown, 0, blocks - 1]);
    // Without positions, the order is that of creation, and the place counts the hidden blocks too.
    expect(points.map(({ place }) => place)).toEqual(points.map(({ particle }) => particle));
  }
});

it('reads at most 1 GiB of large checkpoints, including the first and the last', () => {
  const mebi = 2 ** 20;
  const sizes = (count: number, size: number): { size: number; at: number }[] =>
    Array.from({ length: count }, (_, at) => ({ size, at }));
  for (const [count, size, expected] of [
    [100, mebi, 24],
    [100, 100 * mebi, 10],
    [100, 512 * mebi, 2],
    [5, 300 * mebi, 3],
    [1, 512 * mebi, 1],
    [0, 0, 0],
  ] as const) {
    const chosen = selectCheckpoints(sizes(count, size), 24);
    expect(chosen).toHaveLength(expected);
    if (count > 0) expect([chosen[0]?.at, chosen.at(-1)?.at]).toEqual([0, count - 1]);
  }
});

it('leaves out diverged blocks', async () => {
  writeFakeRun(root, { name: 'far', epochs: 1, stepsPerEpoch: 3 });
  writeCheckpoint('far', 'last', 5, [1, Number.NaN, 3, Infinity]);
  const points = (await cloudsOf('far')).stages.layer2?.points ?? [];
  expect(points.map(({ particle }) => particle)).toEqual([0, 2]);
  for (const { x } of points) expect(Math.abs(x)).toBeCloseTo(1, 12);
});

it('if checkpoints change during a computation, all requests get the new ones', async () => {
  writeFakeRun(root, { name: 'moving', epochs: 1, stepsPerEpoch: 3 });
  writeCheckpoint('moving', 'last', 5, [1, 2, 3]);
  const run = await new RunIndex(root).open('moving');
  const store = new CloudStore();
  const before = store.clouds(run);
  writeCheckpoint('moving', 'last', 6, [1, 2, 3, 4]);
  const after = store.clouds(run);
  expect((await after).stages.layer2?.points).toHaveLength(4);
  expect(await before).toEqual(await after);
});

it('aborts a computation that nobody waits for, and starts it again on request', async () => {
  writeFakeRun(root, { name: 'left', epochs: 1, stepsPerEpoch: 3 });
  writeCheckpoint('left', 'last', 5, [1, 2, 3]);
  const run = await new RunIndex(root).open('left');
  const store = new CloudStore();
  const [one, other] = [new AbortController(), new AbortController()];
  const both = [store.clouds(run, one.signal), store.clouds(run, other.signal)] as const;
  one.abort();
  expect((await both[1]).stages.layer2?.points).toHaveLength(3);
  // Finished results stay cached.
  other.abort();
  expect(await store.clouds(run)).toBe(await both[1]);
  const alone = new AbortController();
  writeCheckpoint('left', 'last', 7, [1, 2, 3, 4]);
  const left = store.clouds(run, alone.signal);
  alone.abort();
  await expect(left).rejects.toThrow('was cancelled');
  expect((await store.clouds(run)).stages.layer2?.points).toHaveLength(4);
});
