import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRun, type RunData } from '../../runs/index.ts';
import { finalStepsOf, stepsFrom } from '../../runs/depth.ts';
import { fashionClasses, writeFakeRun } from '../fake-run.ts';
import { figureRuns } from '../report.ts';
import { confusionCells } from './confusion.ts';
import { logTicks, placeOn, stepsPerEpoch } from './curves.ts';
import {
  confusionMatrix,
  errorCurves,
  finalError,
  type FigureRun,
  intervals,
  perClassError,
  type Spec,
  stepSizes,
  swapsPerEpoch,
  tauTrajectories,
} from './index.ts';
import { swapCounts } from './swaps.ts';
import { crossings } from './tau-trajectories.ts';

let root: string;
let meanField: FigureRun;
let vanilla: FigureRun;
let interval: FigureRun;
let learned: FigureRun;
let young: FigureRun;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'figures-'));
  const dirs = [
    writeFakeRun(root, { epochs: 6, blocks: [5, 0, 4], stepsPerEpoch: 469 }),
    writeFakeRun(root, { scheme: 'vanilla', epochs: 3, stepsPerEpoch: 60 }),
    writeFakeRun(root, { scheme: 'intervals', epochs: 3, stepsPerEpoch: 60 }),
    writeFakeRun(root, { scheme: 'learned-step', epochs: 3, stepsPerEpoch: 60 }),
    writeFakeRun(root, { seed: 8, stopAt: 30 }),
  ];
  [meanField, vanilla, interval, learned, young] = (await figureRuns(dirs)) as [
    FigureRun,
    FigureRun,
    FigureRun,
    FigureRun,
    FigureRun,
  ];
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

interface Layer {
  readonly mark: { readonly type: string; readonly filled?: boolean };
  readonly data: { readonly values: readonly Record<string, unknown>[] };
}
const layersOf = (spec: Spec | undefined, type: string): Layer[] =>
  ((spec as { layer: Layer[] } | undefined)?.layer ?? []).filter(({ mark }) => mark.type === type);
const valuesOf = (layers: readonly Layer[]): Record<string, unknown>[] =>
  layers.flatMap(({ data }) => data.values);

it('every block of a stage has a line, and every swapped pair a dot', () => {
  const { panels } = tauTrajectories(meanField) ?? { panels: [] };
  expect(panels.map(({ id }) => id)).toEqual(['layer1', 'layer3']);
  for (const { id, spec } of panels) {
    expect(layersOf(spec, 'line')).toHaveLength(id === 'layer1' ? 5 : 4);
    const pairs = meanField.data.swaps
      .filter(({ stage }) => stage === id)
      .flatMap(({ step, pairs }) => pairs.map((pair) => ({ step, pair })));
    expect(pairs.length).toBeGreaterThan(0);
    expect(valuesOf(layersOf(spec, 'point')).map(({ step, pair }) => ({ step, pair }))).toEqual(pairs);
  }
});

it('a dot lies where the two lines cross', () => {
  const bySteps = new Map(meanField.data.steps.map((record) => [record.step, record]));
  for (const { step, depth, pair } of crossings(meanField.data, 'layer1')) {
    const tau = bySteps.get(step)?.stages?.layer1?.tau ?? [];
    const [a = Number.NaN, b = Number.NaN] = pair.map((particle) => tau[particle]);
    expect(depth).toBeCloseTo((a + b) / 2, 12);
    expect(Math.abs(a - b)).toBeLessThan(0.1);
  }
});

it('no line has more than 1500 points, though the run has more steps, and all begin and end with it', async () => {
  const data = await readRun(meanField.data.dir).data({ maxPoints: Infinity });
  expect(data.steps).toHaveLength(2814);
  const figure = tauTrajectories({ ...meanField, data });
  for (const layer of layersOf(figure?.panels[0]?.spec, 'line')) {
    expect(layer.data.values.length).toBeLessThanOrEqual(1500);
    expect([layer.data.values[0]?.step, layer.data.values.at(-1)?.step]).toEqual([1, 2814]);
  }
  for (const layer of layersOf(errorCurves([{ ...meanField, data }]).panels[0]?.spec, 'line'))
    expect(layer.data.values.length).toBeLessThanOrEqual(1500);
});

it('a vanilla run has no figures of depth', () => {
  expect([tauTrajectories(vanilla), stepSizes(vanilla), intervals(vanilla), swapsPerEpoch(vanilla)]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

it('step sizes stand in the order of depth and sum to the last position', () => {
  const panel = stepSizes(meanField)?.panels[0];
  const bars = valuesOf(layersOf(panel?.spec, 'bar'));
  const told = meanField.data.result?.finalSteps.layer1;
  expect(bars.map(({ block }) => Number(block))).toEqual(told?.order);
  const sum = bars.reduce((total, { size }) => total + Number(size), 0);
  expect(sum).toBeCloseTo(Math.max(...(told?.tau ?? [])), 4);
});

it('the reference line is the step that all blocks started with', () => {
  const start = (run: FigureRun): unknown =>
    valuesOf(layersOf(stepSizes(run)?.panels[0]?.spec, 'rule'))[0]?.size;
  expect(start(meanField)).toBe(1);
  const uniform = { ...meanField.data, config: { ...meanField.data.config, 'tau-start': 'uniform' } };
  expect(start({ ...meanField, data: uniform })).toBe(1 / 5);
});

it('an unfinished run shows the steps of its last record', () => {
  const last = young.data.steps.at(-1)?.stages?.layer1;
  expect(young.data.result).toBeUndefined();
  expect(finalStepsOf(young.data, 'layer1')).toEqual(stepsFrom(last ?? {}, true));
});

it('steps are gaps of the sorted positions; without reordering negative ones are 0; widths for intervals', () => {
  expect(stepsFrom({ tau: [2, 0.5, 3] }, true)).toMatchObject({ order: [1, 0, 2], steps: [0.5, 1.5, 1] });
  expect(stepsFrom({ tau: [2, 0.5, 3] }, false)).toMatchObject({ order: [0, 1, 2], steps: [2, 0, 2.5] });
  expect(stepsFrom({ tau: [2, 0.5], tauEnd: [2.5, 3] }, true)).toMatchObject({
    order: [1, 0],
    steps: [2.5, 0.5],
  });
  expect(stepsFrom({ step: [1, 0.5] }, true)).toMatchObject({ order: [0, 1], steps: [1, 0.5] });
});

it('intervals are drawn from tau to tau prime, for their scheme alone', () => {
  const panel = intervals(interval)?.panels[0];
  const told = interval.data.result?.finalSteps.layer1;
  const bars = valuesOf(layersOf(panel?.spec, 'bar'));
  expect(bars.map(({ block }) => block)).toEqual(told?.order.map((i) => `block ${i}`));
  told?.order.forEach((i, row) => {
    expect(bars[row]?.start).toBeCloseTo(told.tau[i] ?? 0, 5);
    expect(bars[row]?.end).toBeCloseTo(told.tauEnd?.[i] ?? 0, 5);
  });
  expect(intervals(meanField)).toBeUndefined();
});

it('learned steps have lines and no dots', () => {
  const figure = tauTrajectories(learned);
  expect(figure?.title).toBe('Step sizes while training');
  expect(layersOf(figure?.panels[0]?.spec, 'line')).toHaveLength(3);
  expect(layersOf(figure?.panels[0]?.spec, 'point')).toHaveLength(0);
});

it('changes of order are counted by stage and epoch, also in bins', () => {
  const swap = (epoch: number, stage: string): RunData['swaps'][number] => ({
    step: 1,
    epoch,
    stage,
    before: [0, 1],
    after: [1, 0],
    pairs: [[0, 1]],
  });
  const data = {
    ...meanField.data,
    epochs: [],
    steps: [],
    swaps: [swap(0, 'a'), swap(0, 'a'), swap(1, 'a'), swap(1, 'b')],
  };
  expect(swapCounts(data).counts).toEqual([
    { epoch: 1, stage: 'a', swaps: 2 },
    { epoch: 2, stage: 'a', swaps: 1 },
    { epoch: 2, stage: 'b', swaps: 1 },
  ]);
  const long = { ...data, swaps: [swap(0, 'a'), swap(1, 'a'), swap(199, 'a')] };
  expect(swapCounts(long)).toEqual({
    bin: 2,
    epochs: 200,
    counts: [
      { epoch: 1, stage: 'a', swaps: 2 },
      { epoch: 199, stage: 'a', swaps: 1 },
    ],
  });
  const total = swapCounts(meanField.data).counts.reduce((sum, { swaps }) => sum + swaps, 0);
  expect(total).toBe(meanField.data.result?.swaps);
});

it('the rows of the confusion matrix are shares of the true class, the greatest mistake is the deepest', () => {
  const cells = confusionCells([
    [90, 10, 0],
    [1, 1, 0],
    [0, 0, 0],
  ]);
  expect(cells.map(({ true: t, predicted, share }) => [t, predicted, share])).toEqual([
    [0, 0, 90],
    [0, 1, 10],
    [1, 0, 50],
    [1, 1, 50],
  ]);
  const mistakes = cells.filter((cell) => cell.true !== cell.predicted);
  expect(mistakes[1]?.strength).toBeGreaterThan(mistakes[0]?.strength ?? 1);
  expect(confusionMatrix(young)).toBeUndefined();
});

it('classes stand in the order of their error', () => {
  const panel = perClassError([meanField])?.panels[0];
  const bars = valuesOf(layersOf(panel?.spec, 'bar'));
  const errors = bars.map(({ error }) => Number(error));
  expect(errors).toEqual([...errors].sort((a, b) => b - a));
  expect(bars).toHaveLength(fashionClasses.length);
});

it('a class without test images has no bar, and is named', () => {
  const { result } = meanField.data;
  const perClass = result!.perClassError.map((error, c) => (c === 3 ? null : error));
  const run: FigureRun = {
    ...meanField,
    data: { ...meanField.data, result: { ...result!, perClassError: perClass } },
  };
  const figure = perClassError([run]);
  expect(valuesOf(layersOf(figure?.panels[0]?.spec, 'bar'))).toHaveLength(fashionClasses.length - 1);
  expect(figure?.caption).toContain(`No test images: ${fashionClasses[3]!}.`);
  const both = perClassError([run, interval]);
  expect(valuesOf(layersOf(both?.panels[0]?.spec, 'point'))).toHaveLength(2 * fashionClasses.length - 1);
});

it('several runs are compared by class only if they have the same classes', () => {
  expect(perClassError([meanField, young])).toBeUndefined();
  const { result } = meanField.data;
  const other: FigureRun = {
    ...vanilla,
    data: { ...vanilla.data, ...(result && { result: { ...result, classes: ['a', 'b'] } }) },
  };
  expect(perClassError([other, meanField])).toBeUndefined();
  const figure = perClassError([other, meanField, interval]);
  expect(valuesOf(layersOf(figure?.panels[0]?.spec, 'point'))).toHaveLength(2 * fashionClasses.length);
  expect(figure?.caption).toContain('2 of 3 runs');
});

it('the caption tells how far the blocks moved', () => {
  const record = (step: number, tau: number[]): RunData['steps'][number] => ({
    step,
    epoch: 0,
    loss: 1,
    error: 1,
    lr: 1,
    imagesPerSecond: 1,
    seconds: 1,
    stages: { layer1: { tau } },
  });
  const data = { ...bareRun, steps: [record(1, [1, 2]), record(2, [1.02, 1.953])] };
  expect(tauTrajectories({ ...meanField, data })?.caption).toContain('block 1 of layer1, by −0.047.');
});

it('test errors at the end have a dot a run and a mean a scheme', () => {
  const run = (scheme: string, seed: number, testError: number): FigureRun => ({
    ...meanField,
    summary: { ...meanField.summary, scheme, seed, testError, name: `${scheme}${seed}` },
  });
  const figure = finalError([
    run('vanilla', 1, 8),
    run('vanilla', 2, 9),
    run('mean-field', 1, 7),
    run('mean-field', 2, 8),
  ]);
  const [panel] = figure?.panels ?? [];
  expect(valuesOf(layersOf(panel?.spec, 'point')).map(({ group, error }) => [group, error])).toEqual([
    [1, 8],
    [1, 9],
    [0, 7],
    [0, 8],
  ]);
  expect(valuesOf(layersOf(panel?.spec, 'tick')).map(({ mean, low }) => [mean, low])).toEqual([
    [7.5, 7],
    [8.5, 8],
  ]);
  expect(finalError([run('vanilla', 1, 8), young])).toBeUndefined();
});

const bareRun: RunData = { name: 'bare', dir: 'bare', steps: [], epochs: [], swaps: [], problems: [] };

it('the length of an epoch is known from the result, else from the plan, else from the records', () => {
  const { data } = meanField;
  expect(stepsPerEpoch(data)).toBe(469);
  const planned: RunData = {
    ...bareRun,
    steps: data.steps,
    config: { epochs: 6 },
    ...(data.status && { status: data.status }),
  };
  expect(stepsPerEpoch(planned)).toBe(469);
  const records = data.steps.filter(({ step }) => step > 465 && step < 480);
  expect(stepsPerEpoch({ ...bareRun, steps: records })).toBeCloseTo(469, -1);
  expect(stepsPerEpoch(bareRun)).toBeUndefined();
});

it('places on an axis are those of its scale', () => {
  expect(placeOn({ type: 'sqrt', domain: [0, 100] }, 25)).toBeCloseTo(0.5, 12);
  expect(placeOn({ type: 'log', domain: [0.1, 10] }, 1)).toBeCloseTo(0.5, 12);
  expect(placeOn({ type: 'linear', domain: [0, 4] }, 1)).toBe(0.25);
});

it('logarithmic ticks are few and round', () => {
  expect(logTicks(0.05, 2.5)).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2]);
  expect(logTicks(1e-5, 3)).toEqual([1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]);
  expect(logTicks(0.2, 0.3).length).toBeGreaterThanOrEqual(2);
});
